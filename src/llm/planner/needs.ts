/** What infrastructure can be needed for, and the words that say so. */

export const NEEDS = [
  "web",
  "database",
  "cache",
  "monitoring",
  "gateway",
  "kubernetes",
  "pipeline",
  "gpu",
  "security",
] as const;
export type Need = (typeof NEEDS)[number];

/** From this weight on, a text names a need outright. */
export const NAMES_IT = 3;

/**
 * How strongly a word asks for a need: 3 names it, 2 means it, 1 only hints. Words are compared without accents; a trailing `*`
 * stands for any ending. Several words in one entry stand beside each other.
 */
const WORDS: Record<Need, Record<1 | 2 | 3, string>> = {
  web: {
    3: "web app|web apps|webapp|web application|web applications|website|websites|web site|webseite|webanwendung*|webshop|web shop|online shop|onlineshop|web server|webserver|web service|application web|site web|aplicacion web|aplicacao web|applicazione web|sito web|sitio web|webwinkel|pagina web",
    2: "shop|shops|store|storefront|e-commerce|ecommerce|e commerce|commerce|blog|wordpress|cms|drupal|joomla|ghost|magento|woocommerce|shopify|django|rails|laravel|symfony|flask|nextjs|next.js|php|saas|marketplace|portal|forum|wiki|intranet|landing page|news site|boutique|tienda|loja|negozio|winkel|backend|frontend|nodejs|node.js|crm|erp|booking|ticket*|streaming site|video site|social network|nextcloud|gitlab|gitea|jira|mediawiki|moodle|chat app|mobile app|app backend|rest backend|game server|minecraft",
    1: "app|apps|application|applications|anwendung|aplicacion|aplicacao|applicazione|applicatie|site|hosting|host|visitors|besucher|visiteurs|customers|kunden|page|pages|nginx|apache|http|https|load balancer|balancer|cdn|tls certificate|users|server",
  },
  database: {
    3: "postgres*|pgsql|patroni|mysql|mariadb|database|databases|datenbank*|base de donnees|base de datos|banco de dados|database relazionale|databank|rdbms|sql server|oltp|timescale*|cockroach*",
    2: "sql|db|dbs|pg|relational|failover database|replica set|mongodb|mongo|couchdb|cassandra",
    1: "transactions|tables|rows|records|crud|persistent",
  },
  cache: {
    3: "redis|valkey|memcached|cache|caching|key-value|key value|kv store|session store|dragonfly",
    2: "sessions|session|sentinel|pub/sub|pubsub|leaderboard|zwischenspeicher|cachear",
    1: "in-memory|in memory|low latency|ttl",
  },
  monitoring: {
    3: "monitoring|monitor|observability|prometheus|grafana|loki|jaeger|alerting|alerts|apm|opentelemetry|otel|uberwachung|supervision|monitoreo|monitoramento|monitoraggio|telemetry",
    2: "metrics|metriken|logs|logging|log management|traces|tracing|dashboards|dashboard|slo|slos|elk|uptime",
    1: "latency graphs|charts|visibility|incidents|on-call",
  },
  gateway: {
    3: "api gateway|api-gateway|apigateway|kong|gateway api|api management|tyk|apisix|passerelle api|pasarela",
    2: "rate limit*|rate-limit*|api keys|throttl*|quota|quotas|gateway|public api|partner api|api proxy|api traffic|rest api|rest apis|graphql",
    1: "api|apis|plugins|jwt|cors|endpoint|endpoints|reverse proxy",
  },
  kubernetes: {
    3: "kubernetes|k8s|k3s|kube|istio|service mesh|microservice*|micro services|micro-services|helm|mikroservices|microservicios|microsservicos|microservizi|openshift|rancher",
    2: "container orchestration|container platform|pods|ingress|argocd|gitops|containers at scale|linkerd|control plane|worker nodes",
    1: "orchestrat*|containers|rolling updates|namespaces|autoscal*|services",
  },
  pipeline: {
    3: "data pipeline*|etl|elt|airflow|kafka|spark|data lake|datalake|data warehouse|data platform|stream processing|event streaming|batch processing|datenpipeline|tuberia de datos|flink|dbt|data engineering",
    2: "ingest*|warehouse|streaming data|clickstream|events per|message queue|message broker|event bus|analytics|big data|batch jobs|nightly jobs|dag|dags|rabbitmq|pulsar|nats|cdc|data team|hadoop|reporting",
    1: "csv|parquet|data|etls|events|transform|queue|jobs|cron|s3",
  },
  gpu: {
    3: "gpu|gpus|cuda|nvidia|machine learning|deep learning|ml training|model training|train models|training models|pytorch|tensorflow|maschinelles lernen|apprentissage automatique|aprendizaje automatico|fine-tun*|finetun*|neural network*|llm training|jupyterhub|mlflow|mlops",
    2: "ml|ai|llm|llms|jupyter|notebooks|notebook|researchers|researcher|forscher|chercheurs|investigadores|pesquisadores|ricercatori|onderzoekers|data scientists|data scientist|ray|inference|huggingface|training|train|a100|h100|l40s|rtx",
    1: "models|experiments|research|lab",
  },
  security: {
    3: "zero trust|zero-trust|zerotrust|mtls|mutual tls|spiffe|spire|beyondcorp|step-ca|certificate authority|opa|open policy agent|microsegmentation",
    2: "sso|single sign-on|single sign on|identity provider|identity-aware|identity aware|least privilege|service identity|mfa|authelia|keycloak|policy engine|pki|certificates|segmentation|segmented|vpn|remote access|remote employees|remote workers",
    1: "secure network|secure access|compliance|hipaa|pci|gdpr|soc2|iam|audit log|zertifikate",
  },
};

interface Pattern {
  need: Need;
  weight: number;
  pattern: RegExp;
}

const PATTERNS: readonly Pattern[] = Object.entries(WORDS).flatMap(([need, byWeight]) =>
  Object.entries(byWeight).map(([weight, words]) => ({
    need: need as Need,
    weight: Number(weight),
    pattern: anyOf(words),
  })),
);

/** One expression for a list of words: whole words only, hyphens and spaces alike. */
export function anyOf(words: string): RegExp {
  const alternatives = words
    .split("|")
    .toSorted((a, b) => b.length - a.length)
    .map((word) => word.replace(/[.+/]/g, "\\$&").replace(/[ -]/g, "[ -]").replace(/\*$/, "[\\p{L}]*"));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives.join("|")})(?![\\p{L}\\p{N}])`, "giu");
}

/** How much a text asks for each need; those it says nothing of are left out. Give it `plain` text. */
export function needsIn(text: string): Map<Need, number> {
  const found = new Map<Need, number>();
  for (const { need, weight, pattern } of PATTERNS) {
    const matches = [...text.matchAll(pattern)];
    const [first] = matches;
    if (first === undefined) continue;
    // The strongest word decides; further ones and an early place only add to it.
    const further = Math.min(new Set(matches.map(([word]) => word)).size - 1, 3) * 0.1 * weight;
    const early = weight === 1 ? 0 : 1 - first.index / text.length;
    found.set(need, Math.max(found.get(need) ?? 0, weight + further + early));
  }
  return found;
}

/** Lower case, without accents. */
export function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[’`]/g, "'");
}
