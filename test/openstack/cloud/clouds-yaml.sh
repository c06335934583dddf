# shellcheck shell=bash
# The logins, as clients read them.

# login NAME USER PASSWORD PROJECT
login() {
  cat <<YAML
  $1:
    region_name: $REGION
    identity_api_version: 3
    auth:
      auth_url: $AUTH_URL
      username: $2
      password: $3
      project_name: $4
      user_domain_name: Default
      project_domain_name: Default
YAML
}

write_clouds_yaml() {
  {
    echo 'clouds:'
    login real-admin admin "$ADMIN_PASSWORD" admin
    login real-demo demo demo demo
    login real-alice alice alice alice-lab
    login real-bob bob bob demo
    login real-reader rita rita demo
  } >"$CLOUD_DIR/clouds.yaml"
}
