import type { ProviderName } from "../../../src/blueprints/schema.ts";

/** What a competent engineer would expect of the answer to a request. */
export interface Expectation {
  request: string;
  /** Templates the blueprint is made from, the main one first. */
  templates: string[];
  /** Bounds of the scale of the main template; 1 where nothing is said. */
  scale?: [min: number, max: number];
  provider?: ProviderName;
  /** US dollars a month at most. */
  maxPrice?: number;
  /** At least this much disk somewhere, in GB. */
  disk?: number;
  /** At least this many GPUs in all, and fewer than twice as many. */
  gpus?: number;
  /** At least this many vCPUs in all for the resources whose names begin so. */
  cpu?: [prefix: string, total: number];
  /** A resource and how often it runs. */
  replicas?: [resource: string, count: number];
  /** Every resource whose name begins so has at least this much memory, in GiB. */
  memory?: [prefix: string, gib: number];
  /** A resource that is not to be there. */
  absent?: string;
  /** The blueprint's name. */
  name?: string;
  /** What the answer has to say about what it could not do, or why. */
  says?: RegExp;
}

export const CORPUS: Expectation[] = [
  // The examples of the product's own description.
  {
    request: "Kubernetes microservices platform with monitoring",
    templates: ["microservices-k8s", "observability-stack"],
    scale: [1, 1],
  },
  { request: "postgres with failover for 2 TB", templates: ["postgres-ha"], disk: 2000 },
  { request: "GPU cluster for 4 researchers", templates: ["ml-training"], gpus: 4 },
  { request: "shop for 50k daily users under $600 a month", templates: ["ha-web-app"], maxPrice: 600 },
  { request: "I need a high-availability web application", templates: ["ha-web-app"], scale: [1, 1] },
  { request: "Create a microservices platform", templates: ["microservices-k8s"], scale: [1, 1] },
  { request: "Use the ha-web-app template but increase capacity for 100k users", templates: ["ha-web-app"], scale: [1.2, 3] },
  {
    request: "Customize ha-web-app template for e-commerce with 50k daily users",
    templates: ["ha-web-app"],
    scale: [1.05, 2.5],
  },

  // Figures for one part: each of its like gets them, and a count is no factor.
  { request: "redis with 8 GB memory and sentinel", templates: ["redis-cluster"], memory: ["valkey-", 8] },
  { request: "just redis, 16gb, with replicas", templates: ["redis-cluster"], memory: ["valkey-", 22] },
  { request: "postgres-ha with 64 GB RAM on each node", templates: ["postgres-ha"], scale: [1, 1], memory: ["pg-", 64] },
  {
    request: "k8s on proxmox with 6 workers, 8 vcpu 32 gigs each",
    templates: ["microservices-k8s"],
    cpu: ["agent", 48],
    memory: ["agent-", 64],
  },
  { request: "train LLMs: 8x H100, 2 TB scratch", templates: ["ml-training"], scale: [1, 1], gpus: 8, disk: 2000 },
  { request: "Kubernetes with 3 x workers", templates: ["microservices-k8s"], scale: [1, 1] },
  { request: "web app with 2 replicas and 4 cpus per app", templates: ["simple-web-app"], cpu: ["app", 8] },
  {
    request: "Use template simple-web-app but with 3 replicas and no load balancer",
    templates: ["simple-web-app"],
    replicas: ["app", 3],
    absent: "lb",
  },
  { request: "ha-web-app without the backup", templates: ["ha-web-app"], absent: "backup", says: /points to it\.\n/ },
  { request: "simple-web-app with no database downtime", templates: ["simple-web-app"], replicas: ["db", 1] },
  {
    request: "simple-web-app with 3 replicas of the load balancer",
    templates: ["simple-web-app"],
    says: /lb cannot run 3 times/,
  },

  { request: "api gateway with no monitoring", templates: ["api-gateway"], scale: [1, 1] },

  // Slips of the keyboard.
  { request: "i nede a higly availble web app for 150k usres", templates: ["ha-web-app"], scale: [2, 3] },
  { request: "kubernets with monitorng", templates: ["microservices-k8s", "observability-stack"], scale: [1, 1] },

  // Plain requests for one thing.
  { request: "a simple website with a database", templates: ["simple-web-app"], scale: [1, 1] },
  { request: "small blog", templates: ["simple-web-app"], scale: [0.25, 1] },
  { request: "redis cache with persistence", templates: ["redis-cluster"] },
  { request: "I need somewhere to keep sessions, like memcached or redis", templates: ["redis-cluster"], says: /memcached/ },
  { request: "highly available PostgreSQL", templates: ["postgres-ha"] },
  { request: "prometheus and grafana with loki", templates: ["observability-stack"] },
  { request: "central logging and tracing for our services", templates: ["observability-stack"] },
  { request: "API gateway with rate limiting and API keys", templates: ["api-gateway"] },
  { request: "put kong in front of our partner APIs", templates: ["api-gateway"] },
  { request: "kubernetes cluster", templates: ["microservices-k8s"] },
  { request: "k8s with istio service mesh and 5 workers", templates: ["microservices-k8s"], cpu: ["agent", 30] },
  { request: "ETL with airflow, kafka and spark", templates: ["data-pipeline"] },
  { request: "event streaming platform with kafka", templates: ["data-pipeline"] },
  { request: "nightly batch jobs that load a data warehouse", templates: ["data-pipeline"] },
  { request: "machine learning platform with jupyter and experiment tracking", templates: ["ml-training"] },
  { request: "train large language models on 8 GPUs", templates: ["ml-training"], gpus: 8 },
  { request: "zero trust network with mTLS", templates: ["zero-trust-network"] },
  {
    request: "secure remote access with SSO and least privilege for 40 employees",
    templates: ["zero-trust-network"],
    scale: [1, 1],
  },
  { request: "zero trust for 200 employees", templates: ["zero-trust-network"], scale: [2, 8] },

  // Load decides size and template.
  { request: "web app for 300 visitors a day", templates: ["simple-web-app"], scale: [0.5, 1], maxPrice: 250 },
  { request: "web shop for 5000 customers a day", templates: ["simple-web-app"], scale: [0.5, 1] },
  { request: "web app with 200 requests per second", templates: ["ha-web-app"], scale: [2, 4] },
  { request: "website with 3 million visitors per month", templates: ["ha-web-app"], scale: [1, 3] },
  { request: "site with 1,000 concurrent users", templates: ["ha-web-app"], scale: [1, 3] },
  { request: "online store, 250k daily users", templates: ["ha-web-app"], scale: [4, 9] },
  { request: "api gateway for 5000 requests per second", templates: ["api-gateway"], scale: [1.5, 3] },
  { request: "api gateway handling 100 rps", templates: ["api-gateway"], scale: [1, 1] },
  { request: "simple-web-app for 20k daily users", templates: ["simple-web-app"], scale: [0.9, 2] },
  { request: "ha-web-app at scale 2", templates: ["ha-web-app"], scale: [2, 2] },
  { request: "double the ha-web-app", templates: ["ha-web-app"], scale: [2, 2] },
  { request: "data pipeline, half the size", templates: ["data-pipeline"], scale: [0.5, 0.5] },
  { request: "redis-cluster 3x", templates: ["redis-cluster"], scale: [3, 3] },
  { request: "scale postgres-ha by 1.5", templates: ["postgres-ha"], scale: [1.5, 1.5] },

  // Data, replicas, names, memory.
  { request: "postgres cluster for 500 GB of data", templates: ["postgres-ha"], disk: 500 },
  { request: "HA database, 5 TB, called ledger", templates: ["postgres-ha"], disk: 5000, name: "ledger" },
  { request: "simple-web-app with 4 replicas", templates: ["simple-web-app"], replicas: ["app", 4] },
  {
    request: "ha-web-app with 6 app servers named storefront",
    templates: ["ha-web-app"],
    replicas: ["app", 6],
    name: "storefront",
  },

  // Budgets.
  { request: "web application for under $120 a month", templates: ["simple-web-app"], maxPrice: 120 },
  { request: "monitoring for at most 250 dollars per month", templates: ["observability-stack"], maxPrice: 250 },
  { request: "kubernetes for $100 a month", templates: ["microservices-k8s"], says: /does not fit/ },
  { request: "postgres with failover, budget 1000 euros", templates: ["postgres-ha"], maxPrice: 1000 },
  { request: "ha web app, yearly budget $9,600", templates: ["ha-web-app"], maxPrice: 800 },

  // Providers and places.
  { request: "redis on docker", templates: ["redis-cluster"], provider: "docker" },
  { request: "rehearse a web app on the fake provider", templates: ["simple-web-app"], provider: "fake" },
  { request: "kubernetes on proxmox", templates: ["microservices-k8s"], provider: "proxmox" },
  { request: "kubernetes on docker", templates: ["microservices-k8s"], provider: "proxmox", says: /cannot run on docker/ },
  { request: "HA web app in Frankfurt", templates: ["ha-web-app"], says: /frankfurt/i },
  { request: "wordpress site for a small club", templates: ["simple-web-app"], says: /wordpress/i },

  // Several parts.
  { request: "high availability web app with monitoring", templates: ["ha-web-app", "observability-stack"] },
  { request: "postgres with failover plus a redis cache", templates: ["postgres-ha", "redis-cluster"] },
  {
    request: "API gateway with prometheus monitoring in front of our services",
    templates: ["api-gateway", "observability-stack"],
  },
  {
    request: "data pipeline with kafka and grafana dashboards and alerting",
    templates: ["data-pipeline", "observability-stack"],
  },

  // Other languages.
  {
    request: "Ich brauche eine hochverfügbare Webanwendung für 100.000 Nutzer am Tag",
    templates: ["ha-web-app"],
    scale: [1.2, 3],
  },
  { request: "Erstelle einen Kubernetes-Cluster mit Überwachung", templates: ["microservices-k8s", "observability-stack"] },
  { request: "base de données postgres avec haute disponibilité, 1 To", templates: ["postgres-ha"], disk: 1000 },
  { request: "una tienda en línea para 2000 clientes por día", templates: ["simple-web-app"] },
  { request: "clúster de GPU para 3 investigadores", templates: ["ml-training"], gpus: 3 },
  { request: "plataforma de microsserviços com kubernetes", templates: ["microservices-k8s"] },
  { request: "piattaforma dati con kafka e spark", templates: ["data-pipeline"] },
  { request: "ik wil een redis cache", templates: ["redis-cluster"] },

  // Typing mistakes and odd wording.
  { request: "kuberntes plattform", templates: ["microservices-k8s"] },
  { request: "postgress with failover", templates: ["postgres-ha"] },
  { request: "our site must never go down and serves 80k people a day", templates: ["ha-web-app"], scale: [1, 2.5] },
  { request: "dev environment for a django app", templates: ["simple-web-app"], scale: [0.25, 0.75], says: /django/i },
];
