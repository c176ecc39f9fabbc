#!/bin/sh
# A tour of netwatch: the main questions, asked of the example networks. `make run` sets everything up and starts it.
set -eu
cd "$(dirname "$0")/.."

ask() {
    printf '\n── %s\n$ netwatch' "$1"
    shift
    printf ' %s' "$@"
    printf '\n\n'
    netwatch "$@"
}

echo 'netwatch answers Azure Network Watcher questions about networks that need not be deployed.'
echo 'The networks are the YAML files under topologies/; every command below can be typed as it stands'
echo '(after: . .venv/bin/activate).'

ask 'Connectivity check: can the application reach the database, and through which machines?' \
    connectivity-check topologies/multi-tier-app/multi-tier-app.yaml \
    --source MultiTierApp0 --dest Database0 --dest-port 3389

ask 'IP flow verify: may the internet open HTTPS to a web server, and which rule says so?' \
    ip-flow-verify topologies/two-tier/two-tier.yaml \
    --vm web-0 --direction Inbound --protocol TCP --local :443 --remote 203.0.113.7:50123

ask 'The same from the internet to the database: here a rule says no. (-v also lists the rules asked before it.)' \
    ip-flow-verify topologies/two-tier/two-tier.yaml \
    --vm db-0 --direction Inbound --protocol TCP --local :1433 --remote 203.0.113.7:50123 -v

ask 'Next hop: where does a spoke with forced tunnelling send a packet for the internet?' \
    next-hop topologies/hub-spoke/hub-spoke.yaml \
    --vm spoke-a-0 --source-ip 10.1.1.4 --dest-ip 203.0.113.7

ask 'Security group view: every rule that stands at a machine, subnet and NIC apart.' \
    security-group-view topologies/two-tier/two-tier.yaml --vm web-0

printf '\n── %s\n' 'That was the tour. Next: README.md, or your own network: netwatch init > my-network.yaml'
