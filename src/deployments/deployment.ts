import { DurableObject } from "cloudflare:workers";

export class Deployment extends DurableObject<Env> {}
