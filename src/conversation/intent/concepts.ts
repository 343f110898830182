/** Kinds of words that tell intents apart, in six languages: beginnings of words, without accents. */
const STEMS: Readonly<Record<string, string>> = {
  cost: "cost|pric|expens|cheap|afford|bill|budget|spend|quote|estimat|pay|dollar|money|bucks|fee|kost|preis|teuer|billig|guenstig|gunstig|combien|prix|cout|tarif|cuanto|cuesta|precio|barat|quanto|cust|preco|costa|prezzo|hoeveel|prijs|duur",
  security:
    "secur|safe|unsafe|vulnerab|audit|harden|risk|expos|privileg|attack|hack|threat|complian|leak|finding|insecure|weak|pentest|cve|sicher|schwachst|lucke|segur|faill|sicur|veilig|beveilig|kwetsb|riesg|risc|risic|risq",
  deploy:
    "deploy|launch|ship|rollout|install|publish|release|ausroll|deploi|desplieg|desplegar|implant|distribui|uitrol|push|apply|execute|approv|live|provision|bereitstell|productie|produccion|producao|produzione",
  deployment: "deployment|rollout|deploiement|despliegue|implantac|rilasci",
  state:
    "status|state|progress|log|event|runn|fail|stuck|done|finish|succe|drift|estado|etat|statut|stato|termin|fertig|klaar|hang|broke|output",
  undo: "cancel|abort|stop|tear|destroy|delet|undo|revert|rollback|retry|restart|resume|redeploy|annul|abbrech|brich|losch|suppri|elimin|verwijder|arret|deten|ferma|annuleer|halt|shut|uninstall|decommission",
  template: "templ|tempalt|vorlage|modele|plantilla|modelo|modell|sjablo|catalog|librar|bibliot|blueprint|starter",
  list: "list|show|which|brows|search|find|availab|recommend|suggest|look|offer|option|zeig|welche|gibt|quels|quel|montre|muestra|busca|existe|mostr|elenca|quali|welke|toon|heb|have|any|got|there",
  explain:
    "explain|why|describ|differen|mean|vs|versus|purpos|understand|work|happen|summar|overview|detail|erklar|warum|wozu|beschreib|unterschied|expli|pourquoi|comment|como|porque|funcion|spieg|perche|funzion|waarom|werkt|uitleg|verschil|walk|clarif|compare|tell",
  change:
    "chang|modif|increas|decreas|doubl|tripl|halv|half|scale|bigger|smaller|larger|more|less|fewer|renam|set|updat|replac|swap|instead|adapt|adjust|custom|tweak|bump|reduc|resiz|upgrad|rais|lower|expand|shrink|extend|switch|but|ander|nimm|verdoppel|vergross|erhoh|passe|ersetz|fug|mehr|weniger|aber|ajout|augment|remplac|adapt|mais|plus|prend|anad|aument|cambia|reemplaz|duplic|mas|adicion|dobr|troque|aggiung|raddopp|sostitu|piu|voeg|verhoog|verdubbel|vervang|meer|maar|gebruik|without|remov|drop|add",
  create:
    "creat|build|need|want|setup|design|make|spin|host|stand|bootstrap|architect|plan|generat|provision|looking|brauch|benotig|mochte|erstell|bau|richt|besoin|veux|voudrais|cree|necesit|quiero|crea|monta|precis|quero|cri|bisogno|vorrei|voglio|nodig|wil|maak|run|launching",
  question:
    "what|how|why|which|who|where|when|is|are|does|do|can|could|was|wie|warum|wer|wo|ist|quoi|qui|comment|que|como|quien|donde|cual|o que|quem|onde|qual|che|cosa|chi|dove|wat|hoe|waarom|wie|waar",
  it: "it|this|that|them|these|my|dies|das|es|ca|cela|ce|esto|eso|lo|isso|isto|questo|dit|dat|mein|mon|mi|meu|mio|mijn|current|running|here",
  social:
    "hi|hello|hey|thank|thx|bye|good|please|sorry|hallo|danke|bonjour|merci|salut|hola|gracias|ola|obrigad|ciao|grazie|bedankt|help|hilfe|aide|ayuda|ajuda|aiuto|joke|weather|you|your|lol|ok|okay",
};

const CONCEPTS = Object.entries(STEMS).map(([name, stems]) => ({ name, pattern: new RegExp(`^(?:${stems})`) }));
/** Stems as short as these only count as whole words. */
const WHOLE = new Set(
  "hi|it|is|do|my|es|ca|ce|lo|ok|que|was|wie|wer|wo|qui|chi|che|das|dit|dat|mon|mi|but|any|got|set|vs|mas|has|can|are|log|run|you|wil|heb|pay|fee|cve|cri|o|bau|hey|bye|mio|meu|mais|add".split(
    "|",
  ),
);

/** The concepts of each word, in order; words that say nothing about intent give none. */
export function conceptsOf(words: readonly string[]): string[] {
  return words.flatMap((word) =>
    CONCEPTS.filter(({ pattern }) => {
      const stem = pattern.exec(word)?.[0];
      return stem !== undefined && (!WHOLE.has(stem) || stem === word);
    }).map(({ name }) => name),
  );
}
