import { DurableObject } from "cloudflare:workers";

export class DeploymentQueue extends DurableObject<Env> {
  ping(): string {
    return "ok";
  }
}
