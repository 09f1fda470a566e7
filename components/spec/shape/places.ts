import {
  type Check,
  dnsLabel,
  envName,
  image,
  labelKey,
  labelValue,
  nonEmpty,
  objectName,
  port,
  portName,
  portOrName,
  probeHeaderName,
  quantity,
  resourceName,
  secretKey,
} from "../values";

/**
 * What is known of a place among Kubernetes' own fields. What the API server needs more than one field for, or another
 * object, is left to it.
 */
export interface Place {
  /** Of a text or a number there. */
  readonly check?: Check;
  /** Of the names in a map. */
  readonly keys?: Check;
  readonly fields?: Readonly<Record<string, Place>>;
  /** Each element of a list, and each value of a map. */
  readonly each?: Place;
}

const a = (check: Check): Place => ({ check });
/** Where an empty text or 0 stands for none. */
const maybe = (check: Check): Place => ({ check: (value) => (value === "" || value === 0 ? undefined : check(value)) });
const fields = (all: Readonly<Record<string, Place>>): Place => ({ fields: all });
const each = (place: Place, keys?: Check): Place => ({ each: place, keys });

const amounts = each(a(quantity), resourceName);

/** Requests and limits of a container. */
export const resourcesPlace = fields({ requests: amounts, limits: amounts });

const handler = {
  httpGet: fields({
    port: a(portOrName),
    httpHeaders: each(fields({ name: a(probeHeaderName) })),
  }),
  tcpSocket: fields({ port: a(portOrName) }),
  grpc: fields({ port: a(port) }),
};

const keyOf = fields({ key: a(secretKey) });

/**
 * Of a Container.
 * Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
 */
export const containerPlace = fields({
  name: a(dnsLabel),
  image: maybe(image),
  env: each(fields({ name: a(envName), valueFrom: fields({ secretKeyRef: keyOf, configMapKeyRef: keyOf }) })),
  envFrom: each(fields({ prefix: maybe(envName) })),
  ports: each(fields({ name: maybe(portName), containerPort: a(port), hostPort: maybe(port) })),
  volumeMounts: each(fields({ mountPath: a(nonEmpty) })),
  resources: resourcesPlace,
  startupProbe: fields(handler),
  readinessProbe: fields(handler),
  livenessProbe: fields(handler),
  lifecycle: fields({ postStart: fields(handler), preStop: fields(handler) }),
});

/**
 * Of a PodSpec.
 * Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
 */
export const podSpecPlace = fields({
  containers: each(containerPlace),
  initContainers: each(containerPlace),
  volumes: each(
    fields({ name: a(dnsLabel), emptyDir: fields({ sizeLimit: a(quantity) }), image: fields({ reference: a(image) }) }),
  ),
  hostname: maybe(dnsLabel),
  subdomain: maybe(dnsLabel),
  hostAliases: each(fields({ hostnames: each(a(objectName)) })),
  nodeSelector: each(a(labelValue), labelKey),
  nodeName: maybe(objectName),
  serviceAccountName: maybe(objectName),
});

/**
 * Of a ServiceSpec.
 * Source: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go
 */
export const serviceSpecPlace = fields({
  ports: each(fields({ name: maybe(dnsLabel), port: a(port), targetPort: maybe(portOrName) })),
});
