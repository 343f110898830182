# lab

terraform {
  required_version = ">= 1.2"

  required_providers {
    proxmox = {
      source  = "bpg/proxmox"
      version = "0.111.1"
    }
  }
}

# The cluster and its token come from PROXMOX_VE_ENDPOINT and PROXMOX_VE_API_TOKEN.
provider "proxmox" {}

# secret token: no setting here uses it

variable "proxmox_node" {
  description = "Node of the cluster that machines run on"
  type        = string
}

variable "proxmox_image_datastore" {
  description = "Storage for container images"
  type        = string
  default     = "local"
}

variable "template_debian_13" {
  description = "VMID of the template debian-13"
  type        = number
}

resource "proxmox_sdn_vnet" "lan" {
  id    = "lan"
  alias = "lan"
  zone  = "lab"
  tag   = 40
}

resource "proxmox_sdn_subnet" "lan" {
  vnet    = proxmox_sdn_vnet.lan.id
  cidr    = "10.40.0.0/24"
  gateway = "10.40.0.1"
}

# Changes to SDN are pending until they are applied.
resource "proxmox_sdn_applier" "apply" {
  depends_on = [proxmox_sdn_vnet.lan, proxmox_sdn_subnet.lan]

  lifecycle {
    replace_triggered_by = [proxmox_sdn_vnet.lan, proxmox_sdn_subnet.lan]
  }
}

resource "proxmox_oci_image" "cache" {
  node_name    = var.proxmox_node
  datastore_id = var.proxmox_image_datastore
  reference    = "docker.io/valkey/valkey:9.1.2-alpine"
}

# bootstrap: {"files":[{"path":"/etc/lab/token","content":"${secret.token}","mode":"0600"}],"commands":["apt-get update","systemctl enable --now lab"]} (the provider does not use the guest agent for this: run it by cloud-init or over SSH)
# The disk "models" has to be mounted at /srv/models inside the machine.
resource "proxmox_virtual_environment_vm" "head" {
  name       = "head"
  node_name  = var.proxmox_node
  depends_on = [proxmox_sdn_applier.apply]

  clone {
    vm_id = var.template_debian_13
  }

  agent {
    enabled = true
  }

  cpu {
    cores = 4
  }

  memory {
    dedicated = 8192
  }

  disk {
    datastore_id = "ceph"
    interface    = "scsi1"
    size         = 200
  }

  network_device {
    bridge = proxmox_sdn_vnet.lan.id
  }

  initialization {
    ip_config {
      ipv4 {
        address = "10.40.0.10/24"
        gateway = "10.40.0.1"
      }
    }
  }
}

resource "proxmox_virtual_environment_vm" "gpu" {
  count      = 2
  name       = "gpu-${count.index + 1}"
  node_name  = var.proxmox_node
  machine    = "q35"
  depends_on = [proxmox_virtual_environment_vm.head, proxmox_sdn_applier.apply]

  clone {
    vm_id = var.template_debian_13
  }

  agent {
    enabled = true
  }

  hostpci {
    device  = "hostpci0"
    mapping = "a100"
    pcie    = true
  }

  network_device {
    bridge = proxmox_sdn_vnet.lan.id
  }

  initialization {
    ip_config {
      ipv4 {
        address = "dhcp"
      }
    }
  }
}

resource "proxmox_virtual_environment_container" "dns" {
  node_name    = var.proxmox_node
  unprivileged = true

  operating_system {
    template_file_id = "local:vztmpl/debian.tar.zst"
  }

  network_interface {
    name   = "eth0"
    bridge = "vmbr0"
  }

  initialization {
    hostname = "dns"
  }
}

resource "proxmox_virtual_environment_container" "cache" {
  node_name    = var.proxmox_node
  unprivileged = true

  operating_system {
    template_file_id = proxmox_oci_image.cache.id
  }

  memory {
    dedicated = 512
  }

  initialization {
    hostname = "cache"
  }
}

output "head" {
  value = "ssh admin@10.40.0.10"
}
