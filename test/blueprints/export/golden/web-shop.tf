# A shop with a balancer in front and a database behind
# metadata: {"template":"simple-web-app","category":"web","complexity":"simple","team":"shop"}

terraform {
  required_version = ">= 1.2"

  required_providers {
    docker = {
      source  = "kreuzwerker/docker"
      version = "3.6.2"
    }
  }
}

# The engine is the one DOCKER_HOST names, or the local one.
provider "docker" {}

variable "db_password" {
  description = "Password of the database's owner; to make one: tr -dc A-Za-z0-9 </dev/urandom | head -c 32"
  type        = string
  sensitive   = true
}

variable "docker_host_name" {
  description = "Name or address of the Docker host, for outputs"
  type        = string
  default     = "localhost"
}

resource "docker_network" "front" {
  name = "web-shop-front"
}

resource "docker_network" "back" {
  name     = "web-shop-back"
  internal = true

  ipam_config {
    subnet = "10.20.0.0/24"
  }
}

# disk_gb: 20 (the local driver sets no limit on a volume)
resource "docker_volume" "pgdata" {
  name = "web-shop-pgdata"
}

resource "docker_image" "haproxy_3_4_3_alpine" {
  name         = "haproxy:3.4.3-alpine"
  keep_locally = true
}

resource "docker_image" "shop_2_4_1" {
  name         = "ghcr.io/example/shop:2.4.1"
  keep_locally = true
}

resource "docker_image" "postgres_18_6_alpine" {
  name         = "postgres:18.6-alpine"
  keep_locally = true
}

resource "docker_container" "lb" {
  name  = "web-shop-lb"
  image = docker_image.haproxy_3_4_3_alpine.image_id

  cpus          = "0.5"
  memory        = 256
  security_opts = ["no-new-privileges:true"]

  restart      = "unless-stopped"
  wait         = true
  wait_timeout = 100
  depends_on   = [docker_container.app]

  capabilities {
    drop = ["ALL"]
  }

  ports {
    internal = 80
    external = 8080
  }

  networks_advanced {
    name    = docker_network.front.name
    aliases = ["lb"]
  }

  networks_advanced {
    name    = docker_network.back.name
    aliases = ["lb"]
  }

  upload {
    file        = "/usr/local/etc/haproxy/haproxy.cfg"
    permissions = "0444"
    content     = <<EOT
frontend web
  bind :80
  default_backend app
EOT
  }

  healthcheck {
    test     = ["CMD", "wget", "-qO-", "http://127.0.0.1:7000/"]
    interval = "10s"
    retries  = 3
  }
}

resource "docker_container" "app" {
  count = 2
  name  = "web-shop-app-${count.index + 1}"
  image = docker_image.shop_2_4_1.image_id
  env   = ["DATABASE_URL=postgres://shop:${var.db_password}@db/shop", "DEBUG=false", "WORKERS=4"]

  read_only = true

  depends_on = [docker_container.db]

  networks_advanced {
    name    = docker_network.back.name
    aliases = ["app"]
  }

  mounts {
    type   = "tmpfs"
    target = "/tmp"

    tmpfs_options {
      size_bytes = 67108864
    }
  }
}

resource "docker_container" "db" {
  name  = "web-shop-db"
  image = docker_image.postgres_18_6_alpine.image_id
  env   = ["POSTGRES_USER=shop", "POSTGRES_PASSWORD=${var.db_password}"]

  memory   = 1024
  shm_size = 128

  stop_timeout          = 60
  destroy_grace_seconds = 60
  wait                  = true
  wait_timeout          = 180

  networks_advanced {
    name    = docker_network.back.name
    aliases = ["db"]
  }

  volumes {
    volume_name    = docker_volume.pgdata.name
    container_path = "/var/lib/postgresql"
  }

  healthcheck {
    test = ["CMD-SHELL", "pg_isready -U shop"]
  }
}

output "url" {
  description = "Where the shop is"
  value       = "http://${var.docker_host_name}:8080/"
}
