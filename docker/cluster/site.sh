# shellcheck shell=bash disable=SC2034
# jobs/site.sh for the cluster of docker/compose.yaml.
. /opt/cassette/share/cassette/jobs/site.sh
nodes=2 tasks_per_node=1 mem_per_cpu= time=00:30:00 notice_s=60
features_nodes=1
