import * as z from "zod";

/**
 * What a resource can say about itself, by kind of resource. A word means the same thing, in the same unit, everywhere:
 * `cpu` is vCPUs (fractions allowed), `memory_mb` is MiB, `disk_gb` is GiB, times end in `_s` (seconds) or `_ms`.
 */

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A DNS label (RFC 1123 §2.1): what containers, hosts, networks and volumes can all be called. */
export const nameSchema = z
  .string()
  .regex(DNS_LABEL, "A name is 1 to 63 lower-case letters, digits and hyphens, and starts and ends with a letter or digit.");

/** Secrets are named like environment variables or labels: letters, digits, `_` and `-`. */
export const secretNameSchema = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,62}$/,
    "A secret's name is 1 to 63 lower-case letters, digits, '_' and '-', starting with a letter.",
  );

/** Without leading zeros: some systems read `010` as eight. */
const OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = new RegExp(`^${OCTET}(\\.${OCTET}){3}$`);
const CIDR = new RegExp(`^${OCTET}(\\.${OCTET}){3}\\/(3[0-2]|[12]?\\d)$`);
const ip = z.string().regex(IPV4, "Expected an IPv4 address such as 127.0.0.1.");
const cidr = z.string().regex(CIDR, "Expected a subnet such as 10.20.0.0/24.");

const absolutePath = z
  .string()
  .max(1024)
  .regex(/^\/[^\0]*$/, "Expected an absolute path such as /etc/app.conf.");

const MAX_REPLICAS = 50;
const replicas = z.int().min(1).max(MAX_REPLICAS).describe("How many copies run; they are called name-1 … name-n.");
const cpu = z.number().positive().max(512).describe("vCPUs; fractions are allowed.");
/** Docker refuses a memory limit below 6 MiB. */
const memory = z.int().min(6).max(8_388_608).describe("Memory in MiB.");
const disk = z.number().positive().max(1_048_576).describe("Disk in GiB.");
const gpus = z.int().min(0).max(64).describe("GPUs for each replica.");
const restart = z
  .string()
  .regex(
    /^(no|always|unless-stopped|on-failure(:[1-9]\d{0,3})?)$/,
    "Expected no, always, unless-stopped, on-failure or on-failure:N.",
  );

const secretReference = z.strictObject({ secret: secretNameSchema });

const environment = z.record(
  z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.]*$/, "An environment variable is letters, digits, '_' and '.', not starting with a digit."),
  z.union([z.string().max(32_768), z.number(), z.boolean(), secretReference], {
    error: 'Expected a text, a number, true, false or {"secret": name}.',
  }),
);

const file = z.strictObject({
  path: absolutePath,
  content: z.string().max(131_072).describe("Text of the file; ${secret.NAME} stands for a declared secret."),
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, "Expected an octal mode such as 0440.")
    .optional(),
  uid: z.int().min(0).max(4_294_967_294).optional(),
  gid: z.int().min(0).max(4_294_967_294).optional(),
});

const port = z.strictObject({
  container: z.int().min(1).max(65_535),
  host: z.int().min(1).max(65_535).optional().describe("Published on this port of the host; not published when left out."),
  host_ip: ip.optional().describe("Address of the host to publish on; every address when left out."),
  protocol: z.enum(["tcp", "udp"]).optional(),
});

const volumeMount = z.strictObject({
  name: nameSchema.optional().describe("A storage resource, or a volume of that name."),
  host_path: absolutePath.optional().describe("A path of the host instead of a volume; an audit finding."),
  target: absolutePath,
  read_only: z.boolean().optional(),
});

const healthcheck = z.strictObject({
  test: z
    .array(z.string().min(1).max(4096))
    .min(1)
    .max(64)
    .describe('["CMD", program, …] or ["CMD-SHELL", line]; ["NONE"] turns the image\'s own check off.'),
  interval_s: z.number().positive().max(3600).optional(),
  timeout_s: z.number().positive().max(3600).optional(),
  retries: z.int().min(1).max(1000).optional(),
  start_period_s: z.number().min(0).max(3600).optional(),
});

const capability = z.string().regex(/^[A-Z][A-Z_]{1,31}$/, "Expected a Linux capability such as NET_BIND_SERVICE, or ALL.");

const size = {
  replicas: replicas.optional(),
  cpu: cpu.optional(),
  memory_mb: memory.optional(),
  disk_gb: disk.optional(),
  gpus: gpus.optional(),
};

const container = {
  image: z
    .string()
    .max(512)
    .regex(/^[A-Za-z0-9][\w.\-/:@]*$/, "Expected an image reference such as nginx:1.30.4-alpine.")
    .describe("Image reference with a tag or a digest."),
  ...size,
  command: z.array(z.string().max(8192)).max(256).optional(),
  entrypoint: z.array(z.string().max(8192)).max(256).optional(),
  env: environment.optional(),
  files: z.array(file).max(64).optional(),
  ports: z.array(port).max(128).optional(),
  volumes: z.array(volumeMount).max(64).optional(),
  tmpfs: z
    .array(
      z.strictObject({
        target: absolutePath,
        size_mb: z.int().min(1).max(65_536).optional(),
        exec: z.boolean().optional().describe("Programs and libraries in it may run; refused when left out."),
      }),
    )
    .max(16)
    .optional(),
  networks: z.array(nameSchema).max(32).optional(),
  healthcheck: healthcheck.optional(),
  user: z.string().max(128).optional().describe("user, uid or uid:gid the process runs as."),
  read_only: z.boolean().optional().describe("The container's own file system cannot be written."),
  cap_add: z.array(capability).max(64).optional(),
  cap_drop: z.array(capability).max(64).optional(),
  privileged: z.boolean().optional(),
  no_new_privileges: z.boolean().optional(),
  pids: z.int().min(1).max(4_194_304).optional().describe("Most processes and threads at once."),
  shm_mb: z.int().min(1).max(1_048_576).optional().describe("Size of /dev/shm in MiB."),
  restart: restart.optional(),
  run_once: z.boolean().optional().describe("A job: it is done when it exits with 0."),
  stop_grace_s: z.int().min(0).max(3600).optional().describe("Seconds between the stop signal and the kill."),
  labels: z.record(z.string().max(128), z.string().max(1024)).optional(),
};

const machine = {
  kind: z.enum(["vm", "lxc"]).optional().describe("A virtual machine (the default) or a system container."),
  template: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe("Name or id of the VM template, or the volume id of the LXC template."),
  node: nameSchema.optional().describe("The cluster node it runs on; chosen by free capacity when left out."),
  ...size,
  storage: z.string().min(1).max(100).optional().describe("The cluster's storage its disk is on."),
  network: z.string().min(1).max(63).optional().describe("A network resource, or an existing bridge."),
  ip: z
    .union([z.literal("dhcp"), cidr], { error: "Expected dhcp or an address with its prefix such as 10.20.0.5/24." })
    .optional(),
  gateway: ip.optional(),
  user: z.string().max(128).optional(),
  ssh_keys: z.array(z.string().max(8192)).max(32).optional(),
  bootstrap: z
    .strictObject({
      files: z.array(file).max(64).optional(),
      commands: z
        .array(z.string().min(1).max(16_384))
        .max(64)
        .optional()
        .describe("Shell lines, run in order as root through the guest agent."),
    })
    .optional(),
  volumes: z.array(volumeMount).max(16).optional(),
  gpu_mapping: z.string().min(1).max(128).optional().describe("Name of the cluster's PCI mapping GPUs are taken from."),
  tags: z
    .array(z.string().regex(/^[a-z0-9_][a-z0-9_\-+.]*$/, "A tag is lower-case letters, digits and _-+."))
    .max(32)
    .optional(),
  protection: z.boolean().optional().describe("The cluster refuses to remove it until this is turned off."),
  onboot: z.boolean().optional(),
};

/** An OCI image run as an LXC container (Proxmox VE 9.1 and newer). */
const ociContainer = {
  image: container.image,
  ...size,
  entrypoint: container.entrypoint,
  env: container.env,
  volumes: container.volumes,
  node: machine.node,
  storage: machine.storage,
  network: machine.network,
  ip: machine.ip,
  gateway: machine.gateway,
  tags: machine.tags,
  protection: machine.protection,
  onboot: machine.onboot,
};

const dockerNetwork = {
  subnet: cidr.optional(),
  internal: z.boolean().optional().describe("No route to the outside."),
};

const proxmoxNetwork = {
  bridge: z.string().min(1).max(15).optional().describe("An existing bridge; nothing is created."),
  zone: z.string().min(1).max(8).optional().describe("SDN zone the vnet is made in."),
  tag: z.int().min(1).max(16_777_215).optional().describe("VLAN or VXLAN tag."),
  subnet: cidr.optional(),
  gateway: ip.optional(),
  snat: z.boolean().optional(),
  isolate_ports: z.boolean().optional(),
};

const dockerStorage = { disk_gb: disk.optional() };
const proxmoxStorage = { disk_gb: disk, storage: machine.storage };

/** Rehearsal only: how the fake provider behaves. */
const simulate = z.strictObject({
  delay_ms: z.int().min(0).max(600_000).optional().describe("How long each operation takes."),
  fail_times: z.int().min(0).max(100).optional().describe("Fail this often with a passing fault, then succeed."),
  fail: z.boolean().optional().describe("Fail for good."),
});

const rehearsal = { simulate: simulate.optional() };
const optionalImage = { image: container.image.optional() };

/** `specs` by type and provider. `fake` takes what any provider takes. */
export const specs = {
  compute: {
    docker: z.strictObject(container).meta({ id: "ContainerSpecs" }),
    proxmox: z.strictObject(machine).meta({ id: "MachineSpecs" }),
    fake: z.strictObject({ ...machine, ...container, ...optionalImage, ...rehearsal }).meta({ id: "FakeComputeSpecs" }),
  },
  service: {
    docker: z.strictObject(container),
    proxmox: z.strictObject(ociContainer).meta({ id: "OciContainerSpecs" }),
    fake: z.strictObject({ ...machine, ...container, ...optionalImage, ...rehearsal }),
  },
  network: {
    docker: z.strictObject(dockerNetwork).meta({ id: "DockerNetworkSpecs" }),
    proxmox: z.strictObject(proxmoxNetwork).meta({ id: "ProxmoxNetworkSpecs" }),
    fake: z.strictObject({ ...proxmoxNetwork, ...dockerNetwork, ...rehearsal }).meta({ id: "FakeNetworkSpecs" }),
  },
  storage: {
    docker: z.strictObject(dockerStorage).meta({ id: "DockerStorageSpecs" }),
    proxmox: z.strictObject(proxmoxStorage).meta({ id: "ProxmoxStorageSpecs" }),
    fake: z.strictObject({ ...proxmoxStorage, ...dockerStorage, ...rehearsal }).meta({ id: "FakeStorageSpecs" }),
  },
} as const;

export type ContainerSpecs = z.infer<typeof specs.compute.docker>;
export type MachineSpecs = z.infer<typeof specs.compute.proxmox>;
export type FakeSpecs = z.infer<typeof specs.compute.fake>;
