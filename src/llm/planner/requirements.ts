import type { ProviderName } from "../../blueprints/schema.ts";
import { anyOf, type Need, needsIn, plain } from "./needs.ts";
import { removals } from "./parts.ts";
import { spelled } from "./spelling.ts";

/** What a request asks for, as far as words and figures say it. */
export interface Requirements {
  needs: ReadonlyMap<Need, number>;
  /** People a day, as the request counts them. */
  dailyUsers?: number;
  concurrentUsers?: number;
  requestsPerSecond?: number;
  /** Data to keep, in GB. */
  dataGb?: number;
  /** US dollars a month. */
  budget?: number;
  /** It has to survive the loss of a part. */
  highAvailability: boolean;
  /** It is for trying out, or for very little load. */
  small: boolean;
  /** Selling things costs more requests and more care than reading. */
  commerce: boolean;
  provider?: ProviderName;
  gpus?: number;
  /** Researchers, developers, employees who work with it. */
  team?: number;
  /** A factor on the size as it is: 2 for "double". */
  factor?: number;
  /** A count for the workers, replicas or nodes. */
  replicas?: number;
  /** vCPUs that something is to have. */
  cpus?: number;
  /** GiB of memory that something is to have. */
  memoryGb?: number;
  /** What the result is to be called. */
  name?: string;
  /** A place that was named: targets decide where a blueprint runs. */
  region?: string;
  /** Software that was named and that no template carries. */
  unknown: readonly string[];
}

/** Digits with thousands separators or a decimal point, and a word for thousands or millions. */
const NUMBER = String.raw`(\d{1,3}(?:[,. ]\d{3})+|\d+(?:[.,]\d+)?)\s*(k|tsd\.?|thousand|tausend|mille|mil|mila|duizend|m|mio\.?|million(?:en|s)?|millones|milhoes|milioni|miljoen)?`;

const PEOPLE =
  "users?|nutzer|benutzer|visitors?|visits?|besucher|kunden|customers?|clients?|players?|members?|shoppers?|buyers?|students?|people|persons?|utilisateurs?|visiteurs?|usuarios?|visitantes?|clientes?|utenti|visitatori|clienti|gebruikers|bezoekers|klanten|sessions?|orders?|hits?|page ?views?|subscribers?|readers?";
const TEAM =
  "researchers?|scientists?|data scientists?|engineers?|developers?|devs|employees|employees|coworkers|person office|forscher(?:innen)?|entwickler|mitarbeiter|chercheurs|developpeurs|investigadores|desarrolladores|pesquisadores|ricercatori|sviluppatori|onderzoekers|ontwikkelaars|friends|seats";

const GPUS = "gpus?|gpu'?s|grafikkarten|a100s?|h100s?|h200s?|b200s?|l4|l40s?|rtx|nvidia cards?";
const MEMBERS =
  "replicas?|replicates?|repliken|repliques|repliche|copies|workers?|nodes?|knoten|noeuds|nodos|nodi|instances?|instanzen|app servers?|servers|vms|brokers?|nos";
/** `8x H100`, `3 × workers`: a count of things, and no factor on the size. */
const MULTIPLIED_THING = new RegExp(
  String.raw`(?<![\w.])\d+\s*[x×]\s*(?:nvidia[ -]+)?(?:${GPUS}|${MEMBERS}|v?cpus?|cores?)(?![\p{L}\p{N}])`,
  "gu",
);

const SMALL = anyOf(
  "small|tiny|little|dev|development|test|testing|staging|sandbox|hobby|demo|poc|proof of concept|prototype|minimal|lab|home lab|homelab|klein|kleine|kleinen|kleines|petit|petite|pequeno|pequena|piccolo|piccola|kleine|cheap|cheapest|personal|family|low budget|playground|try out",
);
const HA = anyOf(
  "high availability|highly available|high-availability|ha|failover|fail over|fault tolerant|fault-tolerant|fault tolerance|redundan*|resilien*|no downtime|zero downtime|always on|must not go down|never go down|never goes down|survives|survive|99.9|99.95|99.99|disaster|hochverfugbar*|ausfallsicher*|haute disponibilite|hautement disponible|alta disponibilidad|alta disponibilidade|alta disponibilita|hoge beschikbaarheid|replicated|standby|mission critical|business critical|mission-critical|production grade|quorum|multi node|two servers|server dying|automatic recovery",
);
const COMMERCE = anyOf(
  "shop|shops|webshop|web shop|online shop|onlineshop|e-commerce|ecommerce|e commerce|store|storefront|checkout|payments|cart|magento|woocommerce|shopify|marketplace|boutique|tienda|loja|negozio|winkel|webwinkel|orders|black friday",
);

const PROVIDER_WORDS: readonly [ProviderName, RegExp][] = [
  ["proxmox", anyOf("proxmox|pve|vms|virtual machines|virtuelle maschinen|lxc")],
  [
    "docker",
    anyOf("docker|docker host|docker-host|docker engine|compose|docker compose|containers on my|single host|one host"),
  ],
  ["fake", anyOf("fake|rehearsal|rehearse|dry run|dry-run|simulate|simulation|simulated")],
];

const REGIONS = anyOf(
  "eu-west-1|eu-central-1|us-east-1|us-east-2|us-west-1|us-west-2|ap-southeast-1|europe-west1|frankfurt|amsterdam|london|paris|dublin|stockholm|zurich|milan|madrid|warsaw|virginia|oregon|ohio|singapore|tokyo|sydney|mumbai|sao paulo|toronto|montreal|europe|european union|germany|france|spain|italy|netherlands|switzerland|uk|united kingdom|usa|united states|asia|australia|canada|brazil|japan|india|europa|deutschland|allemagne|multi-region|multi region|two regions|data center|datacenter",
);

/** Software no template brings: the nearest template is offered, and the difference is said. */
const UNKNOWN = anyOf(
  "mysql|mariadb|mongodb|mongo|elasticsearch|elastic|opensearch|cassandra|couchdb|rabbitmq|pulsar|nats|clickhouse|minio|mattermost|nextcloud|gitlab|gitea|jenkins|keycloak|vault|consul|nomad|wordpress|magento|ghost|drupal|joomla|minecraft|openshift|rancher|flink|hadoop|snowflake|oracle|sql server|influxdb|neo4j|timescaledb|tomcat|apache|caddy|traefik|memcached|argocd|jenkins|datadog|splunk|kibana|zabbix|nagios|pihole|plex|jellyfin|home assistant|phpmyadmin|s3|wireguard|openvpn|mail server|mailserver|smtp|php|django|rails|laravel",
);

export function requirementsOf(message: string): Requirements {
  const text = spelled(plain(message));
  const budget = budgetIn(text);
  const region = text.match(REGIONS)?.[0];
  const provider = PROVIDER_WORDS.find(([, words]) => text.match(words) !== null)?.[0];
  const name = nameIn(message);
  return definedOnly({
    needs: needsIn(spelled(plain(removals(message).rest))),
    ...load(text),
    dataGb: dataIn(text),
    budget,
    highAvailability: text.match(HA) !== null,
    small: text.match(SMALL) !== null,
    commerce: text.match(COMMERCE) !== null,
    provider,
    gpus: countOf(text, GPUS),
    team: countOf(text, TEAM),
    factor: factorIn(text.replace(MULTIPLIED_THING, " ")),
    replicas: countOf(text, MEMBERS),
    cpus: cpusIn(text),
    memoryGb: memoryIn(text),
    name,
    region,
    unknown: [...new Set(text.match(UNKNOWN) ?? [])],
  });
}

function load(text: string): Pick<Requirements, "dailyUsers" | "concurrentUsers" | "requestsPerSecond"> {
  const rps = find(
    text,
    String.raw`${NUMBER}\s*(?:rps|qps|tps|(?:requests?|reqs?|queries|calls|hits|peticiones|anfragen|requetes|requisicoes|richieste|verzoeken|ops|operations?)\s*(?:\/|per|pro|a|each|par|por|al)\s*(?:s|sec|second|sekunde|seconde|segundo|secondo))`,
  );
  const perMinute = find(text, String.raw`${NUMBER}\s*(?:requests?|reqs?|calls|hits)\s*(?:\/|per|a)\s*min(?:ute)?`);
  const concurrent =
    find(
      text,
      String.raw`${NUMBER}\s*(?:concurrent|simultaneous|parallel|gleichzeitige?n?|simultanes?|simultaneos?|concurrentes?|online)\s*(?:\w+\s*)?`,
    ) ??
    find(
      text,
      String.raw`${NUMBER}\s*(?:${PEOPLE})\s+(?:at once|at a time|at the same time|concurrently|simultaneously|gleichzeitig|online)`,
    );
  const people = concurrent === undefined ? peopleIn(text) : undefined;
  const requestsPerSecond = rps ?? (perMinute === undefined ? undefined : perMinute / 60);
  return definedOnly({ requestsPerSecond, concurrentUsers: concurrent, dailyUsers: people });
}

/** People a day. Weeks and months are shared out over their days; a number without a period counts as daily, the safe reading. */
function peopleIn(text: string): number | undefined {
  const found = new RegExp(
    String.raw`${NUMBER}\+?\s*(?:(?:daily|active|monthly|registered|weekly|unique|paying|total|taglichen?|monatlichen?|new|happy)\s+){0,2}(?:${PEOPLE})([^\d$€,.;]{0,30})`,
    "u",
  ).exec(text);
  if (found === null) return undefined;
  const count = numberOf(found[1], found[2]);
  const around = found[0];
  if (/month|monat|mois|mes\b|mese|maand/.test(around)) return Math.ceil(count / 30);
  if (/week|woche|semaine|semana|settimana/.test(around)) return Math.ceil(count / 7);
  if (/hour|stunde|heure|hora|ora\b|uur/.test(around)) return count * 10;
  return count;
}

/** The largest amount of data the text names, in GB; amounts of memory are not data. */
function dataIn(text: string): number | undefined {
  const amounts = [
    ...text
      .replace(MACHINE, " ")
      .matchAll(
        /(\d+(?:[.,]\d+)?)\s*(tb|tib|to|terabytes?|gb|gib|go|gigs?|gigabytes?|pb|petabytes?)(?![\p{L}])(?!\s*(?:of\s+)?(?:ram|memory|mem\b|speicher|memoire|memoria|geheugen|vram))/gu,
      ),
  ].map(([, amount, unit]) => {
    const size = Number((amount ?? "0").replace(",", "."));
    return unit?.startsWith("p") ? size * 1_000_000 : unit?.startsWith("t") ? size * 1000 : size;
  });
  return amounts.length === 0 ? undefined : Math.max(...amounts);
}

const CPUS = String.raw`(?<![\d.,])(\d{1,3}(?:[.,]\d+)?)\s*(?:x\s*)?(?:v?cpus?|v?cores?|kerne?|coeurs?|nucleos?)(?![\p{L}\p{N}])`;
/** Cores and then an amount without a word for what it is, `8 vCPU / 32 GB`: the way machines are described. */
const MACHINE = new RegExp(
  String.raw`${CPUS}[\s,/+&-]{0,3}(?:and\s+|und\s+|et\s+|y\s+|e\s+|en\s+)?(\d+(?:[.,]\d+)?)\s*(gb|gib|go|gigs?|gigabytes?)(?![\p{L}])(?!\s*(?:of\s+)?(?:disks?|ssd|nvme|storage|data|platten?|disques?|discos?))`,
  "u",
);

function cpusIn(text: string): number | undefined {
  const cpus = Number((new RegExp(CPUS, "u").exec(text)?.[1] ?? "0").replace(",", "."));
  return cpus > 0 ? cpus : undefined;
}

function memoryIn(text: string): number | undefined {
  const machine = MACHINE.exec(text)?.[2];
  if (machine !== undefined) return Number(machine.replace(",", "."));
  const found =
    /(\d+(?:[.,]\d+)?)\s*(gb|gib|go|gigs?|gigabytes?|mb)\s*(?:of\s+|de\s+|di\s+|an\s+)?(?:ram|memory|mem\b|arbeitsspeicher|speicher|memoire|memoria|geheugen)/u.exec(
      text,
    ) ??
    /(?:ram|memory|mem|arbeitsspeicher|memoire|memoria|geheugen)\D{0,40}?(\d+(?:[.,]\d+)?)\s*(gb|gib|go|gigs?|gigabytes?|mb)/u.exec(
      text,
    );
  if (found === null) return undefined;
  const amount = Number((found[1] ?? "0").replace(",", "."));
  return found[2] === "mb" ? amount / 1024 : amount;
}

const MONEY = String.raw`(?:(?:\$|usd|us\$|€|eur)\s*${NUMBER}|${NUMBER}\s*(?:\$|usd|dollars?|bucks|€|eur|euros?))`;

/** US dollars a month. Euros count one to one, a year is twelve months. */
function budgetIn(text: string): number | undefined {
  const found =
    new RegExp(`${MONEY}(.{0,20})`, "u").exec(text) ??
    new RegExp(String.raw`(?:budget|maximum|max)\D{0,12}${NUMBER}()()(.{0,20})`, "u").exec(text);
  if (found === null) return undefined;
  const amount = numberOf(found[1] ?? found[3], found[2] ?? found[4]);
  return /year|jahr|annee|\ban\b|ano|anno|annually|yearly|jaar/.test(found[5] ?? "") ? amount / 12 : amount;
}

function factorIn(text: string): number | undefined {
  const words: readonly [RegExp, number][] = [
    [
      anyOf(
        "double|twice|doubled|doubling|verdoppel*|doppelt*|doubler|doble|duplica*|dobre|dobro|dobrar|doppio|doppia|raddoppia*|verdubbel*|dubbele|two times",
      ),
      2,
    ],
    [anyOf("triple|tripled|three times|verdreifach*|tripler|triplica*|triplo|verdrievoudig*"), 3],
    [anyOf("quadruple|four times|vervierfach*|cuadruplica*"), 4],
    [anyOf("half|halve|halved|halbier*|halb so|moitie|mitad|metade|meta|dimezza*|halveer|helft"), 0.5],
  ];
  const explicit =
    /scale[ _-]?factor\s*(?:of|to|=|:|is)?\s*(\d+(?:[.,]\d+)?)/.exec(text) ??
    /(?<![\w.])(\d+(?:[.,]\d+)?)\s*(?:x|×|fold|-fold|times|mal|fois|veces|vezes|volte|keer)(?![\w])/.exec(text) ??
    /(?:scale|scaled|at scale|skalier\w*)(?: it| this| everything| \w+-\w+(?:-\w+)?)?(?: up| down| auf)?(?: to| by| at)?\s+(\d+(?:[.,]\d+)?)(?!\s*(?:[a-z%]))/.exec(
      text,
    );
  if (explicit !== null) return clampFactor(Number((explicit[1] ?? "1").replace(",", ".")));
  const percent =
    /(\d+)\s*(?:%|percent|prozent)\s*(more|bigger|larger|less|smaller|cheaper|mehr|weniger|plus|moins|mas|menos|piu|meno|meer|minder)/.exec(
      text,
    );
  if (percent !== null) {
    const down = /less|smaller|cheaper|weniger|moins|menos|meno|minder/.test(percent[2] ?? "");
    return clampFactor(1 + ((down ? -1 : 1) * Number(percent[1])) / 100);
  }
  return words.find(([pattern]) => text.match(pattern) !== null)?.[1];
}

const clampFactor = (factor: number): number | undefined => (factor > 0 && factor <= 100 ? Math.max(0.1, factor) : undefined);

/** "called shop", "named x", "call it x", "rename it to x". */
function nameIn(message: string): string | undefined {
  const found =
    /\b(?:called|named|call it|name it|rename (?:it|this|the blueprint) to|nenne (?:es|ihn)|namens|appelle-le|llamad[oa]|chamad[oa]|chiamat[oa]|genaamd)\s+["'“]?([A-Za-z][\w .-]{0,40}?)["'”]?(?=[,.;!?]|$|\s+(?:with|and|for|on|that|please|which|mit|und|avec|con|com|met)\b)/iu.exec(
      message,
    );
  return found?.[1];
}

function countOf(text: string, what: string): number | undefined {
  const found = new RegExp(
    String.raw`(?<![\w.$€])(\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|zwei|drei|vier|funf|sechs|deux|trois|quatre|cinq|dos|tres|cuatro|cinco|dois|duas|quatro|due|tre|quattro|cinque|twee|drie|vijf)(?:\s*[x×]\s*|[ -]+)(?:[\p{L}-]+\s+)?(?:${what})(?![\p{L}\p{N}])`,
    "u",
  ).exec(text);
  if (found === null) return undefined;
  return NUMERALS[found[1] ?? ""] ?? Number(found[1]);
}

const NUMERALS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  zwei: 2,
  drei: 3,
  vier: 4,
  funf: 5,
  sechs: 6,
  deux: 2,
  trois: 3,
  quatre: 4,
  cinq: 5,
  dos: 2,
  tres: 3,
  cuatro: 4,
  cinco: 5,
  dois: 2,
  duas: 2,
  quatro: 4,
  due: 2,
  tre: 3,
  quattro: 4,
  cinque: 5,
  twee: 2,
  drie: 3,
  vijf: 5,
};

function find(text: string, source: string): number | undefined {
  const found = new RegExp(source, "u").exec(text);
  return found === null ? undefined : numberOf(found[1], found[2]);
}

function numberOf(digits = "0", unit = ""): number {
  const grouped = /^\d{1,3}(?:[,. ]\d{3})+$/.test(digits);
  const value = Number(grouped ? digits.replace(/[,. ]/g, "") : digits.replace(",", "."));
  if (/^(m|mio|mill|milh|mili[oó]n|milion|miljoen)/.test(unit) && !/^(mil|mille|mila)$/.test(unit)) return value * 1_000_000;
  return unit === "" ? value : value * 1000;
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** The same object without the keys that hold nothing. */
function definedOnly<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, held]) => held !== undefined)) as Defined<T>;
}
