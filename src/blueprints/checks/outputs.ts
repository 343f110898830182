import type { Draft } from "../draft.ts";
import { error, type Path, present, type Remark, suggest } from "./remark.ts";

const FORMS = "Known are ${target.host}, ${RESOURCE.ip}, ${RESOURCE.port.CONTAINER_PORT} and ${secret.NAME}.";

/** What an output refers to will be known once the blueprint is deployed. */
export function* outputs(draft: Draft): Generator<Remark> {
  for (const [index, { value = "" }] of present(draft.outputs)) {
    const path = ["outputs", index, "value"];
    for (const [, reference = ""] of value.matchAll(/\$\{([^}]*)\}/g)) {
      // Secrets and a template's parameters have a check of their own.
      if (!/^(secret\.|param\.|=)/.test(reference)) yield* resolves(draft, reference, path);
    }
  }
}

function* resolves(draft: Draft, reference: string, path: Path): Generator<Remark> {
  const shown = `\${${reference}}`;
  if (reference === "target.host") return;
  const [, name = "", field, number] = /^([^.]+)\.(ip|port)(?:\.(\d+))?$/.exec(reference) ?? [];
  if (field === undefined || (field === "port") !== (number !== undefined)) {
    yield error(path, "unknown_reference", `${shown} is not a reference an output can make.`, FORMS);
    return;
  }
  const resource = draft.byName.get(name);
  if (resource === undefined) {
    yield error(
      path,
      "unknown_reference",
      `${shown}: there is no resource "${name}".`,
      suggest(name, [...draft.byName.keys()]),
    );
  } else if (resource.type === "network" || resource.type === "storage") {
    yield error(path, "unknown_reference", `${shown}: "${name}" is of type ${resource.type} and has no ${field}.`);
  } else if (field === "port") {
    const ports = [...present(resource.specs.ports)].map(([, port]) => port);
    const port = ports.find(({ container }) => container === Number(number));
    if (port === undefined) {
      const known = ports.map(({ container }) => container).join(", ");
      const hint = known === "" ? `Add it to the ports of "${name}".` : `It has: ${known}.`;
      yield error(path, "unknown_reference", `${shown}: "${name}" has no port ${number}.`, hint);
    } else if (port.host === undefined) {
      yield error(
        path,
        "unpublished_port",
        `${shown}: port ${number} of "${name}" is not published.`,
        'Give it a "host" port.',
      );
    }
  }
}
