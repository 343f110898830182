import { describe, expect, test } from "vitest";
import { audit } from "../../src/blueprints/audit.ts";
import { fix } from "../../src/blueprints/fix.ts";
import { secretIn, secretsInCommand, secretsInText } from "../../src/blueprints/rules/literals.ts";
import { sarif } from "../../src/blueprints/sarif.ts";
import { blueprintOf, container, machine, TODAY } from "./sound.ts";

/** Made up, in the form its issuer gives it; put together here so that no scanner takes this file for a leak. */
const made = (...parts: string[]) => parts.join("");
const letters = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bD0fG3hJ6kL9n";

const SHAPED: Record<string, string> = {
  "an AWS access key": made("AKIA", "Z7Q2M4XN6KD3WPLR"),
  "a GitHub token": made("gh", "p_", letters.slice(0, 36)),
  "a GitLab token": made("glp", "at-", letters.slice(0, 20)),
  "a Slack token": made("xox", "b-123456789012-", letters.slice(0, 24)),
  "a Stripe key": made("sk_", "live_", letters.slice(0, 24)),
  "a Google API key": made("AI", "za", letters.slice(0, 35)),
  "an OpenAI API key": made("sk-", "proj-", letters, letters.slice(0, 8)),
  "an Anthropic API key": made("sk-", "ant-", letters),
  "a Hugging Face token": made("hf", "_", letters.slice(0, 34)),
  "an npm token": made("np", "m_", letters.slice(0, 36)),
  "a SendGrid key": made("S", "G.", letters.slice(0, 22), ".", letters, "abc"),
  "a DigitalOcean token": made("dop", "_v1_", "0123456789abcdef".repeat(4)),
  "a HashiCorp Vault token": made("hv", "s.", letters),
  "a Telegram bot token": made("123456789", ":AA", letters.slice(0, 33)),
  "a JSON Web Token": made("ey", "JhbGciOiJIUzI1NiJ9.", "ey", "JzdWIiOiIxMjM0NTY3ODkwIn0.", letters),
  "a private key": made("-----BEGIN ", "OPENSSH PRIVATE KEY-----"),
};

describe("keys by their shape", () => {
  test.each(Object.entries(SHAPED))("%s is found whatever it is called", (kind, key) => {
    expect(secretIn("GREETING", `hello ${key}`)).toMatchObject({ grade: "secret", kind });
    expect(secretsInText(`first\n  - ${key}\n`)).toMatchObject([{ kind, line: 2 }]);
  });
});

describe("secrets by their name", () => {
  test.each([
    ["DB_PASSWORD", "Tr0ub4dor-and-3"],
    ["SECRET_KEY_BASE", "a".repeat(12)],
    ["AIRFLOW__CORE__FERNET_KEY", "mX8vQ2bN5zR7tK1wP4yL9cJ6hF3dG0sA8uE2iO5xVqM="],
    ["api_key", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"],
    ["K3S_TOKEN", "K10c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8::server:9a8b7c6d"],
    ["JWT_SECRET", "correct-horse-battery"],
    ["PGPASS", "hunter2"],
    ["S3_ACCESS_KEY", "aZ3kP9mQ2rT7vX1bY5"],
    ["s3_secret_access_key", "lakehouse"],
    ["DB_PASSWORD", "Pa$sw0rd-77"],
    ["DB_PASSWORD", "84759345"],
    ["CONFIG", '{"db":{"password":"Tr0ub4dor-and-3"}}'],
    ["JAVA_OPTS", "-Xmx1g -Ddb.password=Tr0ub4dor-and-3"],
    ["CONNECTION", "Server=db;User Id=sa;Password=Tr0ub4dor-and-3;"],
  ])("%s", (name, value) => {
    expect(secretIn(name, value)).toMatchObject({ grade: "secret" });
  });

  test.each([
    ["POSTGRES_PASSWORD", "postgres"],
    ["POSTGRES_PASSWORD", "1234"],
    ["POSTGRES_PASSWORD", "123456"],
    ["MINIO_ROOT_PASSWORD", "minioadmin"],
    ["GF_SECURITY_ADMIN_PASSWORD", "admin"],
    ["DATABASE_URL", "postgresql://airflow:airflow@db:5432/airflow"],
    ["AUTHELIA_PASSWORD", "AdminPass123!"],
  ])("%s with a password everyone knows", (name, value) => {
    expect(secretIn(name, value)).toMatchObject({ grade: "default" });
  });

  test.each([
    ["REDIS_URL", "redis://:s3cr3tpassw0rd@cache:6379/0"],
    ["AMQP", "amqp://shop:pL9x-77aa@broker/"],
  ])("%s: a URL with a password", (name, value) => {
    expect(secretIn(name, value)).toMatchObject({ kind: "a URL with a password" });
  });
});

describe("what is no secret", () => {
  test.each([
    ["POSTGRES_PASSWORD_FILE", "/run/secrets/db"],
    ["DB_PASSWORD", "${secret.db}"],
    ["DB_PASSWORD", ""],
    ["REDIS_PASSWORD", "$REDIS_PASSWORD"],
    ["GF_SECURITY_ADMIN_PASSWORD__FILE", "/etc/grafana/password"],
    ["DATABASE_URL", "postgres://shop:${secret.db}@db:5432/shop"],
    ["DATABASE_URL", "postgres://db:5432/shop?sslmode=disable"],
    ["KEYCLOAK_TOKEN_URL", "https://id.example.com/realms/shop/protocol/openid-connect/token"],
    ["OAUTH_TOKEN_LIFETIME", "3600"],
    ["PASSWORD_MIN_LENGTH", "12"],
    ["PASSWORD_HASH_ITERATIONS", "600000"],
    ["PASSPHRASE_ROUNDS", "100000"],
    ["POSTGRES_INITDB_ARGS", "--data-checksums --auth-host=scram-sha-256"],
    ["KAFKA_CLUSTER_ID", "MkU3OEVBNTcwNTJENDM2Qk"],
    ["KONG_PLUGINS", "bundled,key-auth,jwt,rate-limiting"],
    ["TLS_KEY", "/etc/tls/tls.key"],
    ["SSL_KEY_PASSWORD", "${SSL_KEY_PASSWORD:?missing}"],
    ["AWS_REGION", "eu-central-1"],
    ["MAX_TOKENS", "4096"],
    ["JUPYTER_TOKEN_NAME", "notebook-access-token-for-lab-users-2026"],
    ["PATRONI_SUPERUSER_USERNAME", "postgres"],
    ["AUTHELIA_SESSION_SECRET_FILE", "/secrets/session"],
    ["SPARK_MASTER", "spark://spark-master:7077"],
    ["GIT_COMMIT", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"],
    ["IMAGE_DIGEST", "sha256:4b7ce07002c69e8f3d704a9c5d6fd3053be500b7f1c69fc0d80990c2ad8dd412"],
    ["KC_DB_PASSWORD", "{{ lookup('env', 'X') }}"],
    ["ENABLE_PASSWORD_LOGIN", "false"],
    ["SECRET_BACKEND", "vault"],
    ["VAULT_TOKEN_TTL", "768h"],
    ["SECRET_MANAGER", "aws"],
    ["WG_PUBLIC_KEY", "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="],
    ["PASSWORD_RESET_SUBJECT", "Reset your password"],
  ])("%s=%s", (name, value) => {
    expect(secretIn(name, value)).toBeUndefined();
  });

  const FILES: Record<string, string> = {
    "haproxy.cfg": `
global
  log stdout format raw local0
  ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384
defaults
  timeout connect 5s
  timeout client 30s
frontend web
  bind :8080
  stick-table type ip size 100k expire 30s store http_req_rate(10s)
  http-request set-header X-Forwarded-Proto https
  default_backend app
backend app
  option httpchk GET /healthz
  http-check expect status 200
  cookie SERVERID insert indirect nocache
  server app-1 app-1:8080 check cookie app-1
userlist admins
  user ops password \${secret.stats_hash}
`,
    "postgresql.conf": `
listen_addresses = '*'
password_encryption = scram-sha-256   # the default since 14
ssl = on
ssl_key_file = '/etc/tls/server.key'
ssl_passphrase_command = ''
primary_conninfo = 'host=pg-1 user=replicator passfile=/run/pgpass'
`,
    "pg_hba.conf": `
# TYPE  DATABASE  USER        ADDRESS        METHOD
local   all       all                        peer
host    all       all         10.0.0.0/8     scram-sha-256
host    replication replicator 10.0.0.0/8    password
`,
    "kong.yaml": `
_format_version: "3.0"
services:
  - name: demo
    url: http://upstream:80
    plugins:
      - name: key-auth
        config: { key_names: [apikey], hide_credentials: true }
      - name: jwt
        config:
          secret_is_base64: false
          key_claim_name: iss
      - name: rate-limiting
        config:
          policy: redis
          redis:
            host: valkey
            password: \${secret.valkey}
consumers:
  - username: demo
    keyauth_credentials:
      - key: \${secret.demo_key}
`,
    "prometheus.yml": `
global: { scrape_interval: 15s }
scrape_configs:
  - job_name: app
    bearer_token_file: /run/secrets/token
    basic_auth:
      username: prometheus
      password_file: /run/secrets/password
    static_configs: [{ targets: ["app:8080"] }]
`,
    "sentinel.conf": `
port 26379
sentinel monitor main valkey-1 6379 2
sentinel auth-pass main \${secret.valkey}
sentinel down-after-milliseconds main 5000
requirepass \${secret.valkey}
masterauth \${secret.valkey}
`,
    "authelia.yml": `
identity_validation:
  reset_password:
    jwt_lifespan: 5m
authentication_backend:
  password_reset: { disable: true }
  file:
    path: /config/users.yml
    password: { algorithm: argon2 }
session:
  name: authelia_session
  cookies:
    - domain: example.com
      authelia_url: https://auth.example.com
storage:
  encryption_key: \${secret.storage_key}
access_control:
  default_policy: deny
`,
    "envoy.yaml": `
static_resources:
  secrets:
    - name: server_cert
      tls_certificate:
        certificate_chain: { filename: /certs/tls.crt }
        private_key: { filename: /certs/tls.key }
  clusters:
    - name: opa
      transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          common_tls_context:
            tls_certificate_sds_secret_configs:
              - name: server_cert
`,
    "s3.json": `
{"identities": [{"name": "lake", "credentials": [{"accessKey": "lake", "secretKey": "\${secret.s3}"}], "actions": ["Admin"]}]}
`,
    "first-user.sh": `
digest=$(authelia crypto hash generate argon2 --password "$(cat /config/first-password)" | sed -n 's/^Digest: //p')
printf 'users:\\n  %s:\\n    password: "%s"\\n' "$USER_NAME" "$digest" > /config/users.yml
`,
    "10-app.sh": `
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" -v password="$(cat /run/secrets/app)" <<'SQL'
CREATE ROLE app LOGIN PASSWORD :'password';
ALTER ROLE app SET search_path = 'shop';
SQL
`,
    "airflow.sh": `
#!/bin/sh
set -eu
PASSWORD=$(cat /run/secrets/airflow)
export AIRFLOW__DATABASE__SQL_ALCHEMY_CONN="postgresql+psycopg2://airflow:\${PASSWORD}@db/airflow"
airflow users create --username admin --password "$PASSWORD" --role Admin --email admin@example.com
exec airflow api-server
`,
    "values.yaml": `
auth:
  existingSecret: shop-db
  secretKeys: { adminPasswordKey: postgres-password }
  passwordUpdateJob: { enabled: false }
ingress:
  tls: [{ secretName: shop-tls }]
imagePullSecrets: [{ name: regcred }]
wireguard:
  PublicKey: hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=
`,
    "app.py": `
import os
from getpass import getpass
def connect(user, password=None, token=None):
    password = password or os.environ["DB_PASSWORD"]
    db_password = getpass("Password: ")
    secret_key = settings.SECRET_KEY
    return driver.connect(user=user, password=db_password, token=token, api_key=os.environ.get("API_KEY"))
`,
    "server.js": `
const password = process.env.DB_PASSWORD;
const { apiKey, clientSecret } = config.auth;
app.use(session({ secret: process.env.SESSION_SECRET, name: "sid", cookie: { maxAge: 3600_000 } }));
`,
    "entrypoint.sh": `
#!/bin/sh
PASSWORD="$1"
DB_PASSWORD=\`cat /run/secrets/db\`
read -r -s -p "Password: " SECRET
export PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
psql -v pw="$PW" -c "CREATE ROLE app LOGIN REPLICATION PASSWORD :'pw'"
printf 'machine api login ops password %s\\n' "$PASSWORD" > ~/.netrc
`,
    "nsswitch.conf": `
passwd:         files systemd
shadow:         files
`,
    sshd_config: `
PasswordAuthentication no
PermitRootLogin prohibit-password
`,
    "jaas.conf": `
KafkaServer { org.apache.kafka.common.security.scram.ScramLoginModule required username="kafka" password="\${secret.kafka}"; };
`,
    "users.yml": `
users:
  ops:
    password: $argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub
    groups: [admins]
`,
    "datasources.yaml": `
apiVersion: 1
datasources:
  - name: Prometheus
    type: prometheus
    url: http://prometheus:9090
    jsonData:
      exemplarTraceIdDestinations: [{ name: trace_id, datasourceUid: jaeger }]
    secureJsonData:
      password: $__file{/run/secrets/prometheus}
`,
    "ca.crt": `
-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIBADAKBggqhkjOPQQDAjAjMSEwHwYDVQQDDBhrM3Mtc2Vy
dmVyLWNhQDE3MDAwMDAwMDAwHhcNMjMxMTE0MjIxMzIwWhcNMzMxMTExMjIxMzIw
-----END CERTIFICATE-----
`,
    "README.md": `
# Shop
The password is made at deployment; see the secret "db". Change the token in the settings.
Authorization: Bearer <token>
`,
  };

  test.each(Object.entries(FILES))("%s as people write it", (_, content) => {
    expect(secretsInText(content)).toEqual([]);
  });

  test("commands that hand secrets on", () => {
    const commands = [
      ["valkey-server", "--requirepass", "${secret.cache}", "--maxmemory", "2gb"],
      ["sh", "-c", 'exec valkey-server --requirepass "$(cat /run/secrets/cache)"'],
      ["CMD-SHELL", 'valkey-cli -a "$VALKEY_PASSWORD" ping | grep -q PONG'],
      ["server", "--token-ttl", "24h", "--private-key-file", "/certs/tls.key"],
      ["pg_isready", "-U", "postgres", "-d", "shop"],
      ["step-ca", "--password-file", "/run/secrets/ca", "/home/step/config/ca.json"],
      ["--api-key", "--verbose"],
      ["sh", "-c", 'mysql -uroot -p"$MYSQL_ROOT_PASSWORD" -e x; curl -u "$USER:$PASS" http://x'],
      ["mysql", "-P3306", "--protocol=tcp"],
      ["redis-cli", "-a", "${secret.cache}", "ping"],
      ["curl", "-H", "Authorization: Bearer ${secret.token}", "http://x"],
      ["mkdir", "-p/data"],
    ];
    for (const command of commands) expect(secretsInCommand(command)).toEqual([]);
  });
});

describe("secrets in files and commands", () => {
  test.each([
    ["requirepass Tr0ub4dor", 1],
    ["  stats auth ops:Tr0ub4dor", 1],
    ["conn = connect(user='shop', password='Tr0ub4dor')", 1],
    ["sentinel monitor main db 6379 2\nsentinel auth-pass main Tr0ub4dor", 2],
    ["CREATE ROLE app LOGIN PASSWORD 'Tr0ub4dor';", 1],
    ["ALTER USER 'root'@'%' IDENTIFIED BY 'Tr0ub4dor';", 1],
    ["# a comment\ndb:\n  password: 'Tr0ub4dor and 3'.x\n  host: db", 0],
    ["db:\n  user: shop\n  password: Tr0ub4dor", 3],
    ["export API_KEY=0f1e2d3c4b5a69788796a5b4c3d2e1f0", 1],
    ['{"clientSecret": "aZ3kP9mQ2rT7vX1b"}', 1],
    ["url = redis://default:pL9x77aa@cache:6379", 1],
    ['[client]\npassword = "Tr0ub4dor"', 2],
    ["<users>\n  <password>Tr0ub4dor</password>\n</users>", 2],
    ["machine db login shop password Tr0ub4dor", 1],
    ["user default on >Tr0ub4dor ~* +@all", 1],
    ["user app on ~app:* >Tr0ub4dor +@read", 1],
    ["curl -s -H 'Authorization: Bearer aZ3kP9mQ2rT7vX1bY5' http://x", 1],
  ])("%j", (content, line) => {
    expect(secretsInText(content).map((literal) => literal.line)).toEqual(line === 0 ? [] : [line]);
  });

  test("the argument after a flag, and the one inside a shell line", () => {
    expect(secretsInCommand(["run", "--password", "Tr0ub4dor"])).toMatchObject([{ place: 2 }]);
    expect(secretsInCommand(["mysql", "-uroot", "-pTr0ub4dor"])).toMatchObject([{ place: 2 }]);
    expect(secretsInCommand(["sh", "-c", "mysqldump -u root -pTr0ub4dor shop"])).toMatchObject([{ place: 2 }]);
    expect(secretsInCommand(["CMD", "valkey-cli", "-a", "Tr0ub4dor", "ping"])).toMatchObject([{ place: 3 }]);
    expect(secretsInCommand(["curl", "-u", "ops:Tr0ub4dor", "http://x"])).toMatchObject([{ place: 2 }]);
    expect(secretsInCommand(["sh", "-c", "mysql --password=Tr0ub4dor -e 'select 1'"])).toMatchObject([{ place: 2 }]);
  });
});

test("a private key among the public ones of a machine is found", () => {
  const { findings } = audit(blueprintOf(machine({ ssh_keys: ["ssh-ed25519 AAAA op@home", SHAPED["a private key"]] })), {
    today: TODAY,
  });
  expect(findings).toContainEqual(expect.objectContaining({ id: "AIC-S01", pointer: "#/resources/0/specs/ssh_keys/1" }));
});

test("no secret is printed back, not even in part, by audit, SARIF or the list of changes", () => {
  const secrets = [...Object.values(SHAPED), "Tr0ub4dor-and-3", "hunter2hunter2"];
  const blueprint = blueprintOf([
    container({
      env: Object.fromEntries(secrets.map((secret, place) => [`PASSWORD_${place}`, secret])),
      command: ["run", ...secrets.flatMap((secret) => ["--password", secret])],
      files: secrets.map((secret, place) => ({ path: `/f${place}`, content: `password: ${secret}\n${secret}` })),
      labels: Object.fromEntries(secrets.map((secret, place) => [`l${place}.secret_key`, secret])),
      pids: undefined,
    }),
    machine({ bootstrap: { commands: secrets.map((secret) => `export TOKEN_KEY=1 API_KEY='${secret}'`) } }),
  ]);
  const result = audit(blueprint, { today: TODAY });
  expect(result.findings.filter(({ id }) => id === "AIC-S01").length).toBeGreaterThanOrEqual(4 * secrets.length);
  const { changes, before, after } = fix(blueprint, { today: TODAY });
  const printed = JSON.stringify([result, sarif(result, { version: "1.0.0" }), changes, before, after]);
  for (const secret of secrets) {
    for (let start = 0; start + 8 <= secret.length; start++) expect(printed).not.toContain(secret.slice(start, start + 8));
  }
});
