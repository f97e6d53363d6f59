import { SimpleSpanProcessor as OldSimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';

export { BasicTracerProvider as TracerProvider, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';

export class SimpleSpanProcessor extends OldSimpleSpanProcessor {
  constructor({ exporter }) {
    super(exporter);
  }
}
