import type { Reference } from "./rule.ts";

/** KICS's DockerCompose queries, by their ids (docs.kics.io). */
export const kics = (id: string): Reference => ({
  name: `KICS ${id.slice(0, 8)}`,
  url: `https://docs.kics.io/latest/queries/dockercompose-queries/${id}`,
});

/** CIS Docker Benchmark in the numbering of versions 1.6 and newer, where section 5 moved by one. */
export const cis = (section: string): Reference => ({
  name: `CIS Docker 1.6+ ${section}`,
  url: "https://www.cisecurity.org/benchmark/docker",
});

/** Trivy's Kubernetes checks, where they check the same thing. */
export const ksv = (number: string): Reference => ({
  name: `Trivy KSV-${number}`,
  url: `https://avd.aquasec.com/misconfig/ksv${number.slice(1)}`,
});

export const cwe = (number: number): Reference => ({
  name: `CWE-${number}`,
  url: `https://cwe.mitre.org/data/definitions/${number}.html`,
});
