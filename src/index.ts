import { app } from "./app.ts";

export { Deployment } from "./deployments/deployment.ts";
export { DeploymentQueue } from "./deployments/queue.ts";

export default { fetch: app.fetch } satisfies ExportedHandler<Env>;
