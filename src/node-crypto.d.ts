/** The one thing used of Node's crypto, which workerd has built in. Node's own types would bring Node's globals along. */
declare module "node:crypto" {
  export function createHash(algorithm: "sha256"): { update(text: string): { digest(encoding: "hex"): string } };
}
