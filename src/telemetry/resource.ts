import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';

/** Who sends the telemetry: service, instance, and what OTEL_RESOURCE_ATTRIBUTES says. */
export function createResource(serviceName: string | undefined): Resource {
  // Not the process detector: command lines hold secrets. Not the host detector: it runs programs.
  const detectors = [serviceInstanceIdDetector, envDetector];
  const found = defaultResource().merge(detectResources({ detectors }));
  return serviceName === undefined
    ? found
    : found.merge(resourceFromAttributes({ 'service.name': serviceName }));
}
