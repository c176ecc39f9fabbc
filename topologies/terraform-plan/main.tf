# A Terraform plan asked before it is applied: two subnets by for_each, and rules that stand apart from their group.
#
# plan.json is what netwatch reads: terraform plan -out=tfplan && terraform show -json tfplan > plan.json
# (This one was written by hand after that form, so that the example needs no provider and no account.)

locals {
  tiers = { web = "10.50.1.0/24", db = "10.50.2.0/24" }
}

resource "azurerm_resource_group" "shop" {
  name     = "rg-shop"
  location = "westeurope"
}

resource "azurerm_virtual_network" "shop" {
  name                = "vnet-shop"
  resource_group_name = azurerm_resource_group.shop.name
  location            = azurerm_resource_group.shop.location
  address_space       = ["10.50.0.0/16"]
}

resource "azurerm_subnet" "tier" {
  for_each             = local.tiers
  name                 = each.key
  resource_group_name  = azurerm_resource_group.shop.name
  virtual_network_name = azurerm_virtual_network.shop.name
  address_prefixes     = [each.value]
}

resource "azurerm_network_security_group" "db" {
  name                = "nsg-db"
  resource_group_name = azurerm_resource_group.shop.name
  location            = azurerm_resource_group.shop.location
}

resource "azurerm_network_security_rule" "sql" {
  name                        = "allow-sql-from-web"
  resource_group_name         = azurerm_resource_group.shop.name
  network_security_group_name = azurerm_network_security_group.db.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = local.tiers.web
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "1433"
}

resource "azurerm_network_security_rule" "rest" {
  name                        = "deny-the-rest"
  resource_group_name         = azurerm_resource_group.shop.name
  network_security_group_name = azurerm_network_security_group.db.name
  priority                    = 200
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "VirtualNetwork"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}

resource "azurerm_subnet_network_security_group_association" "db" {
  subnet_id                 = azurerm_subnet.tier["db"].id
  network_security_group_id = azurerm_network_security_group.db.id
}

resource "azurerm_network_interface" "nic" {
  for_each            = local.tiers
  name                = "${each.key}-0-nic"
  resource_group_name = azurerm_resource_group.shop.name
  location            = azurerm_resource_group.shop.location

  ip_configuration {
    name                          = "ipconfig"
    subnet_id                     = azurerm_subnet.tier[each.key].id
    private_ip_address_allocation = "Dynamic"
  }
}

resource "azurerm_linux_virtual_machine" "vm" {
  for_each                        = local.tiers
  name                            = "${each.key}-0"
  resource_group_name             = azurerm_resource_group.shop.name
  location                        = azurerm_resource_group.shop.location
  size                            = "Standard_B2s"
  admin_username                  = "azureuser"
  network_interface_ids           = [azurerm_network_interface.nic[each.key].id]
  disable_password_authentication = true
  # image, disk and key are left out here
}
