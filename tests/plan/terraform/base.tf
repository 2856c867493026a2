# The platform before a change. Each case of changes.py edits this text and is planned and applied on its own.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  skip_region_validation      = true
  endpoints {
    ec2 = "http://127.0.0.1:PORT"
    elb = "http://127.0.0.1:PORT"
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.1.0.0/16"
}

resource "aws_subnet" "runners" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.1.34.0/24"
  availability_zone = "eu-west-1a"
}

resource "aws_subnet" "dev" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.1.20.0/24"
  availability_zone = "eu-west-1a"
}

resource "aws_security_group" "runners" {
  name   = "runners"
  vpc_id = aws_vpc.main.id
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "dev" {
  name   = "dev"
  vpc_id = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  security_group_id            = aws_security_group.dev.id
  referenced_security_group_id = aws_security_group.runners.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_security_group" "inline" {
  name   = "inline"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port       = 8080
    to_port         = 8081
    protocol        = "tcp"
    cidr_blocks     = ["10.1.34.0/24"]
    security_groups = [aws_security_group.runners.id]
  }
}

resource "aws_instance" "runner" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.runners.id
  private_ip             = "10.1.34.23"
  vpc_security_group_ids = [aws_security_group.runners.id]
}

resource "aws_instance" "dev" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.dev.id
  private_ip             = "10.1.20.15"
  vpc_security_group_ids = [aws_security_group.dev.id]
}

resource "aws_instance" "other" {
  ami                    = "ami-12c6146b"
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.dev.id
  private_ip             = "10.1.20.16"
  vpc_security_group_ids = [aws_security_group.inline.id]
}

resource "aws_network_acl" "dev" {
  vpc_id     = aws_vpc.main.id
  subnet_ids = [aws_subnet.dev.id]
  ingress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "10.1.0.0/16"
    from_port  = 0
    to_port    = 0
  }
  egress {
    rule_no    = 100
    action     = "allow"
    protocol   = "-1"
    cidr_block = "0.0.0.0/0"
    from_port  = 0
    to_port    = 0
  }
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table" "dev" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table_association" "dev" {
  subnet_id      = aws_subnet.dev.id
  route_table_id = aws_route_table.dev.id
}

resource "aws_ec2_managed_prefix_list" "offices" {
  name           = "offices"
  address_family = "IPv4"
  max_entries    = 5
  entry {
    cidr = "10.1.99.0/24"
  }
}
