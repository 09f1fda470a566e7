import { waitForExits } from "../../../contract";
import { curlConfig } from "./curlConfig";
import { jsonPaths } from "./jsonPaths";
import { loopVariables, waitLoop } from "./waitLoop";

/** Environment variables that the script reads. All that a user gives travels by these, never by the script's text. */
export const objectVariables = {
  kind: "INIT_POD_KIND",
  name: "INIT_POD_NAME",
  /** Not set: the Pod's own. */
  namespace: "INIT_POD_NAMESPACE",
  ...loopVariables,
} as const;

/** Where a Pod finds what it talks to the API server with: its token, the server's certificate authority, its namespace. */
export const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Seconds for which a missing right may be one that has just been given: the API server learns of it a little later. */
const rightGraceSeconds = 10;
/** A page of EndpointSlices, each of 100 endpoints at most, is well below a megabyte. */
const slicesPerPage = 10;

/**
 * An awk program that reads what `jsonPaths` prints of a Job, a Pod or a Service (`kind`), and prints two lines: what to do
 * (done, failed, wait, or look, at the EndpointSlices of a Service), and what is seen. Of a list of EndpointSlices (slices)
 * it prints one: how many endpoints are ready, how many are not, and how to ask for more of them.
 *
 * - A Pod that has failed stays so, but for one that may be made anew with the same name: whatever controls it, other than
 *   those that draw a name, does so (a StatefulSet, an operator).
 * - An endpoint that doesn't say whether it is ready counts as ready.
 *
 * Sources: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/#JobStatus,
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/,
 * https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/
 */
const judge = String.raw`
BEGIN { FS = "\t" }

{ at[$1] = $2 }

# A field of the condition of this type.
function condition(type, field,   i) {
  for (i = 0; ("/status/conditions/" i "/type") in at; i++)
    if (at["/status/conditions/" i "/type"] == type) return at["/status/conditions/" i "/" field]
  return ""
}

function because(reason, message) {
  return (reason == "" ? "" : ": " reason) (message == "" ? "" : ": " message)
}

function say(verdict, seen) {
  print verdict
  print seen
}

# The first container that waits or has failed, in a few words.
function container(   lists, list, i, from, state) {
  split("initContainerStatuses containerStatuses", lists, " ")
  for (list = 1; list <= 2; list++)
    for (i = 0; ("/status/" lists[list] "/" i "/name") in at; i++) {
      from = "/status/" lists[list] "/" i
      state = from "/state"
      if ((state "/waiting/reason") in at)
        return "container " at[from "/name"] because(at[state "/waiting/reason"], "")
      if (at[state "/terminated/exitCode"] + 0 != 0)
        return "container " at[from "/name"] because(at[state "/terminated/reason"], "exit code " at[state "/terminated/exitCode"])
    }
  return ""
}

function controller(   i) {
  for (i = 0; ("/metadata/ownerReferences/" i "/kind") in at; i++)
    if (at["/metadata/ownerReferences/" i "/controller"] == "true") return at["/metadata/ownerReferences/" i "/kind"]
  return ""
}

function job() {
  if (condition("Failed", "status") == "True")
    say("failed", "it has failed" because(condition("Failed", "reason"), condition("Failed", "message")))
  else if (condition("Complete", "status") == "True") say("done", "it has succeeded")
  else if (condition("Suspended", "status") == "True") say("wait", "it is suspended")
  else
    say("wait", (at["/status/active"] + 0) " active, " (at["/status/succeeded"] + 0) " succeeded, " \
      (at["/status/failed"] + 0) " failed")
}

function pod(   phase, owner, why) {
  phase = at["/status/phase"]
  if (phase == "Succeeded") say("done", "it has succeeded")
  else if (phase == "Failed") {
    why = because(at["/status/reason"], at["/status/message"])
    if (why == "") why = because(container(), "")
    owner = controller()
    if (owner == "" || index(" Job ReplicaSet ReplicationController DaemonSet ", " " owner " "))
      say("failed", "it has failed" why)
    else say("wait", "it has failed" why ", and its " owner " may make it anew")
  } else if (condition("Ready", "status") == "True") say("done", "it is Ready")
  else {
    why = container()
    if (why == "") why = condition("PodScheduled", "status") == "False" ? condition("PodScheduled", "message") : \
      condition("Ready", "message")
    say("wait", (phase == "" ? "no phase yet" : phase) ", not Ready" because(why, ""))
  }
}

function service(   path, selects) {
  for (path in at) if (index(path, "/spec/selector/") == 1) selects = 1
  if (at["/spec/type"] == "ExternalName") say("wait", "it is of type ExternalName, which has no endpoints")
  else say("look", "no ready endpoint" (selects ? "" : ", and no selector by which Kubernetes would find some"))
}

function slices(   i, j, ready, unready, from) {
  for (i = 0; ("/items/" i "/metadata/name") in at; i++)
    for (j = 0; ("/items/" i "/endpoints/" j "/addresses/0") in at; j++) {
      from = "/items/" i "/endpoints/" j "/conditions/ready"
      if ((from) in at && at[from] == "false") unready++
      else ready++
    }
  print ready + 0, unready + 0, at["/metadata/continue"]
}

END {
  if (kind != "slices" && ("/metadata/deletionTimestamp") in at) say("wait", "it is being deleted")
  else if (kind == "job") job()
  else if (kind == "pod") pod()
  else if (kind == "service") service()
  else slices()
}
`;

/**
 * Waits until a Job has succeeded, a Pod is Ready or has succeeded, or a Service has a ready endpoint. It needs curl ≥ 7.52,
 * awk, and a POSIX shell with cat, date and sleep.
 *
 * - The token goes to curl by a config file on standard input. It is read anew for each request, as kubelet renews it.
 * - The API server is in the cluster: no proxy of the image's environment is asked, and nothing but its own certificate
 *   authority is trusted.
 * - It asks for one object by its name, and for pages of a Service's EndpointSlices, which have names that nobody knows.
 */
export const waitForObjectScript = `set -u
${curlConfig}
json_paths='${jsonPaths}'
judge='${judge}'

account=${accountFolder}
case \${KUBERNETES_SERVICE_HOST-} in
  '') fail 'KUBERNETES_SERVICE_HOST is not set: it says where the API server is' ;;
  *:*) server="https://[$KUBERNETES_SERVICE_HOST]" ;;
  *) server="https://$KUBERNETES_SERVICE_HOST" ;;
esac
server=$server:\${KUBERNETES_SERVICE_PORT-443}
namespace=\${INIT_POD_NAMESPACE-}
[ -n "$namespace" ] || namespace=$(cat "$account/namespace") || fail "the Pod's namespace can't be read"
what="$INIT_POD_KIND $INIT_POD_NAME\${INIT_POD_NAMESPACE:+ in namespace $INIT_POD_NAMESPACE}"
limit=8 forbidden_at=
tab=$(printf '\\t')

paths_of() {
  printf '%s\\n' "$1" | LC_ALL=C awk "$json_paths" 2>/dev/null
}

judged() {
  printf '%s\\n' "$paths" | LC_ALL=C awk -v kind="$1" "$judge"
}

# ask WHAT PATH: sets paths; where there is no answer that can be used, seen and perhaps final
ask() {
  status=
  token=$(cat "$account/token" 2>/dev/null) || { seen="its token can't be read"; return 1; }
  case $token in *[!A-Za-z0-9._~+/=-]*) seen='its token is none'; return 1 ;; esac
  answer=$({ setting url "$server$2" && printf 'header = "Authorization: Bearer %s"\\n' "$token"; } |
    curl -q --config - --silent --show-error --globoff --proto '=https' --noproxy '*' --cacert "$account/ca.crt" \\
      --header 'Accept: application/json' --connect-timeout 5 --max-time "$bound" --write-out '\\n%{http_code}' 2>&1)
  code=$?
  if [ "$code" -ne 0 ]; then
    curl_said "$answer" "$code"
    seen="no answer of the API server: $seen"
    return 1
  fi
  status=\${answer##*"$line_break"}
  if ! paths=$(paths_of "\${answer%"$line_break"*}"); then
    seen="the API server answered HTTP $status and no JSON"
    return 1
  fi
  [ "$status" != 200 ] || return 0
  message=$(printf '%s\\n' "$paths" | while IFS= read -r line; do
    case $line in /message"$tab"*) printf '%s' "\${line#*"$tab"}" ;; esac
  done)
  seen="the API server answered HTTP $status: $message"
  if [ "$status" = 403 ]; then
    seen="no right to $1 in namespace $namespace: $message"
    now=$(date +%s)
    [ -n "$forbidden_at" ] || forbidden_at=$now
    [ "$((now - forbidden_at))" -lt ${rightGraceSeconds} ] || final=${waitForExits.noRight}
  fi
  return 1
}

# ask_object RIGHT PATH
ask_object() {
  ask "get $1 \\"$INIT_POD_NAME\\"" "$2/namespaces/$namespace/$1/$INIT_POD_NAME" && return 0
  [ "$status" != 404 ] || seen='it does not exist yet'
  return 1
}

# sets seen; succeeds where a page of the EndpointSlices of the Service has a ready endpoint
has_endpoints() {
  unready=0 next=
  while :; do
    ask "list endpointslices.discovery.k8s.io" "/apis/discovery.k8s.io/v1/namespaces/$namespace/endpointslices?limit=${slicesPerPage}\\
&labelSelector=kubernetes.io%2Fservice-name%3D$INIT_POD_NAME$next" || return 1
    set -- $(judged slices)
    if [ "$1" -gt 0 ]; then
      seen='it has a ready endpoint'
      return 0
    fi
    unready=$((unready + $2))
    [ -n "\${3-}" ] || break
    next="&continue=$3"
  done
  [ "$unready" -eq 0 ] || without="$without ($unready not ready)"
  seen=$without
  return 1
}

# try: sets seen; succeeds once all is well
try() {
  case $INIT_POD_KIND in
    job) ask_object jobs /apis/batch/v1 ;;
    pod) ask_object pods /api/v1 ;;
    service) ask_object services /api/v1 ;;
  esac || return 1
  words=$(judged "$INIT_POD_KIND")
  seen=\${words#*"$line_break"}
  case \${words%%"$line_break"*} in
    done) return 0 ;;
    failed) final=${waitForExits.failed} ;;
    look)
      without=$seen
      has_endpoints && return 0
      [ "$status" = 200 ] || return 1
      ;;
  esac
  forbidden_at=
  return 1
}
${waitLoop}`;
