/** What the planner says about itself and this server. */
export const SELF = [
  "I plan infrastructure. Tell me what you need and I turn it into a blueprint: templates chosen and combined, sized for your load, priced and checked.",
  "",
  "Try, for example:",
  "",
  '- "I need a high-availability web application for 20k daily users"',
  '- "Use the ha-web-app template but increase capacity for 100k users"',
  '- "Is there a template for Kafka?"',
  '- "What does postgres-ha cost?"',
  '- "Is it secure?"',
  '- "Deploy it" (you get the plan and the command; nothing is deployed from a chat)',
  "",
  "_I am the built-in planner: rules and arithmetic, not a language model. For open conversation, configure a model (LLM_BASE_URL and LLM_MODEL; the README has a recipe each)._",
].join("\n");

/** Short answers to what people ask about the words used here. */
export const GLOSSARY: readonly { words: RegExp; text: string }[] = [
  {
    words: /scale.?factor|scaling factor/i,
    text: "A **scale factor** multiplies `cpu` and `memory_mb` of every service and compute of a template (0.1 to 100). Settings derived from them, such as cache sizes, follow. It never changes how many members a quorum has.",
  },
  {
    words: /\bblueprints?\b/i,
    text: "A **blueprint** is infrastructure as a list of resources (compute, network, storage, service), each with a provider, its specs, and what it depends on. It can be validated, priced, audited, drawn and deployed.",
  },
  {
    words: /dependenc(y|ies)|start order|waves?/i,
    text: "A **dependency** means: created, started and healthy before the dependant starts. Resources that do not wait for each other start side by side, in waves.",
  },
  {
    words: /load.?balancer|haproxy|nginx|varnish/i,
    text: "A **load balancer** takes the requests and spreads them over the replicas behind it, leaving out those whose health check fails. A cache such as Varnish answers repeated requests itself.",
  },
  {
    words: /patroni|failover|etcd/i,
    text: "**Failover**: Patroni runs beside each PostgreSQL and keeps a lease in etcd. When the primary stops renewing it, a replica that has the data is promoted, and the proxy, which asks each member for its role, sends writes there.",
  },
  {
    words: /sentinel/i,
    text: "**Sentinels** watch a Redis or Valkey primary together. When a majority agrees that it is gone, they promote a replica. Three, because a majority needs an odd number.",
  },
  {
    words: /quorum|odd number/i,
    text: "A **quorum** is a majority of members: 2 of 3, 3 of 5. It keeps two halves of a split network from both deciding.",
  },
  {
    words: /service mesh|istio|mtls|mutual tls/i,
    text: "A **service mesh** puts encryption and identity (mutual TLS), retries and metrics between services without changing them. **mTLS** means that both sides show a certificate.",
  },
  {
    words: /kubernetes|k8s|k3s/i,
    text: "**Kubernetes** runs containers over several machines: it places them, restarts them, and finds them for each other. k3s is a small distribution of it.",
  },
  {
    words: /prometheus|grafana|loki|jaeger|observability/i,
    text: "**Observability**: Prometheus collects metrics, Loki logs, Jaeger traces; Grafana shows them together, and Alertmanager calls you.",
  },
  {
    words: /kafka|airflow|spark|\betl\b/i,
    text: "In a **data pipeline**, Kafka carries events, Spark transforms them, Airflow says when, and an object store keeps the results.",
  },
  {
    words: /zero.?trust/i,
    text: "**Zero trust**: no request is believed for where it comes from. Each service and person proves who it is, and a policy decides on each request.",
  },
  {
    words: /\bsecrets?\b|passwords?/i,
    text: "**Secrets** are declared with a recipe (such as `password:32`), made at deployment, encrypted at rest, and never shown in events, labels, logs or plans.",
  },
  {
    words: /\bproviders?\b|docker|proxmox|\bfake\b/i,
    text: "A **provider** is where a resource runs: `docker` (a Docker Engine), `proxmox` (a Proxmox VE cluster), or `fake`, which rehearses a deployment without touching anything.",
  },
  {
    words: /roll.?back/i,
    text: "A deployment that fails is **rolled back** to what was there before, unless it was started with `on_failure: keep`. Storage with data is never deleted without being asked by name.",
  },
  {
    words: /redis|valkey|cache/i,
    text: "A **cache** such as Valkey (the free fork of Redis) keeps what is asked for often in memory. With append-only files it survives restarts; with replicas it survives the loss of a node.",
  },
];
