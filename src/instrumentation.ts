import {
  InstrumentationBase,
  type InstrumentationConfig,
  type InstrumentationModuleDefinition,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '@opentelemetry/instrumentation';
import { budgetOptions, type OpenBudgets, openBudgets } from './budgets/open.ts';
import type { BudgetsView } from './budgets/types.ts';
import { beginner } from './calls/begin.ts';
import { CallIds } from './calls/call-ids.ts';
import { DeferredWork, type RecordedWork } from './calls/deferred.ts';
import { OpenCalls } from './calls/open-calls.ts';
import type { Pipeline, Sink } from './calls/pipeline.ts';
import { SessionMeter } from './calls/session.ts';
import { shownUser } from './calls/shown-user.ts';
import {
  checkMeterConfig,
  DEFAULT_ABANDON_AFTER_SECONDS,
  DEFAULT_MAX_USERS,
  type MeterConfig,
  seriesLimits,
  userOptions,
} from './config.ts';
import { TokenmeterError } from './errors.ts';
import { atTheEnd } from './exit.ts';
import {
  type FoundClient,
  type FoundSession,
  registry,
  remember,
  rememberSession,
  type SdkFacts,
} from './loading/found.ts';
import { warnOfLoadOrder } from './loading/load-order.ts';
import { clientFiles, registerLoaderHooks } from './loading/loader.ts';
import { clientsIn, formatOf, handedOver, sessionsHandedOver, sessionsIn } from './loading/recognise.ts';
import { noteMissingSeam, warnOfVersion } from './loading/support-warnings.ts';
import { Overrides } from './pricing/overrides.ts';
import { PriceBook } from './pricing/price.ts';
import { refreshPrices } from './pricing/refresh.ts';
import { table } from './pricing/table.ts';
import type { PriceTable } from './pricing/types.ts';
import { providers } from './providers/index.ts';
import type { Provider } from './providers/types.ts';
import { reportFault, warnOnce } from './report.ts';
import { type Begin, patchClient } from './sdk/client.ts';
import { patchEmitter } from './sdk/emitter.ts';
import type { CallLogger } from './telemetry/logs.ts';
import { type Counting, Metrics, type Reporter } from './telemetry/metrics.ts';
import { SCOPE_NAME } from './telemetry/names.ts';
import { observeSeries, SHARED_MAX_SERIES, zerosFor } from './telemetry/observed-series.ts';
import { SeriesTable } from './telemetry/series-table.ts';
import {
  describeFailure,
  describeRequest,
  discardSpan,
  runInSpan,
  spanSink,
  startCallSpan,
} from './telemetry/span.ts';
import { VERSION } from './version.ts';

export interface TokenmeterInstrumentationConfig extends MeterConfig, InstrumentationConfig {}

/** OpenTelemetry instrumentation for the OpenAI and Anthropic SDKs. */
export class TokenmeterInstrumentation extends InstrumentationBase<TokenmeterInstrumentationConfig> {
  // Declared, not initialised: the base constructor already patches, and initialisers run after it.
  /** How to take out each patch that is in, by the prototype that it is in. */
  declare private _patches: Map<object, () => void> | undefined;
  /** What was handed to this instance. What a loader hook finds is every instance's. */
  declare private _handedOver: Set<object> | undefined;
  declare private _patchAll: (() => void) | undefined;
  declare private _metrics: Metrics | undefined;
  declare private _counting: readonly Counting[] | undefined;
  declare private _records: readonly Sink[] | undefined;
  declare private _budgets: OpenBudgets | undefined;
  declare private _pipeline: Pipeline | undefined;
  declare private _prices: PriceBook | undefined;
  declare private _stopRefresh: (() => void) | undefined;
  declare private _cancelEnd: (() => void) | undefined;
  /** These outlive a change of the configuration. */
  declare private _openCalls: OpenCalls | undefined;
  declare private _deferred: DeferredWork | undefined;
  declare private _sessions: DeferredWork | undefined;

  constructor(config: TokenmeterInstrumentationConfig = {}) {
    super(SCOPE_NAME, VERSION, config);
    // What is wrong with them is to be known now, and not when the first call passes unlimited.
    this._openBudgets();
    if (!this.isEnabled()) return;
    registerLoaderHooks();
    warnOfLoadOrder();
  }

  /**
   * Patches an SDK that no loader hook sees: one that is bundled into the app, or was loaded before.
   *
   * @param sdk The `openai` or `@anthropic-ai/sdk` module, or its client class; for sessions over a
   * WebSocket also the class of those, such as `OpenAIRealtimeWS`.
   */
  manuallyInstrument(sdk: unknown): void {
    const found = handedOver(sdk);
    const sessions = sessionsHandedOver(sdk);
    if (found.length + sessions.length === 0) {
      throw new TokenmeterError(
        `manuallyInstrument: got ${describeValue(sdk)}, expected the module or the client class of ` +
          providers.map((provider) => provider.sdk.module).join(' or '),
      );
    }
    this._handedOver ??= new Set();
    for (const client of found) {
      this._handedOver.add(client.prototype);
      remember(client);
    }
    for (const session of sessions) {
      this._handedOver.add(session.prototype);
      rememberSession(session);
    }
    if (this.isEnabled()) this._patchFree();
  }

  override setConfig(config: TokenmeterInstrumentationConfig = {}): void {
    const { budgets } = this.getConfig() ?? {};
    super.setConfig({ ...checkMeterConfig(config) });
    if (budgets !== config.budgets) {
      this._budgets?.close().catch((fault) => reportFault('closing the budgets', fault));
      this._budgets = undefined;
    }
    this._pipeline = undefined;
    this._prices = undefined;
    if (this._stopRefresh) this._refreshPrices();
  }

  override enable(): void {
    super.enable();
    this._patchAll ??= () => this._patchFree();
    registry().instances.add(this._patchAll);
    this._patchFree();
    this._refreshPrices();
    this._cancelEnd ??= atTheEnd(() => this.settleOpenCalls());
  }

  override disable(): void {
    super.disable();
    const { instances } = registry();
    if (this._patchAll) instances.delete(this._patchAll);
    for (const unpatch of this._patches?.values() ?? []) unpatch();
    this._patches?.clear();
    this._stopRefresh?.();
    this._stopRefresh = undefined;
    this._cancelEnd?.();
    this._cancelEnd = undefined;
    // Of several instances one meters; now it is the turn of the one that has waited longest.
    for (const patchAll of instances) patchAll();
  }

  /** How many calls are under way: begun, and not settled. */
  get openCalls(): number {
    return this._openCalls?.size ?? 0;
  }

  /** Settles what is under way as abandoned: the meter, or the process, is about to end. */
  settleOpenCalls(): void {
    this._openCalls?.settleAll();
  }

  protected override init(): InstrumentationModuleDefinition[] {
    return providers.map((provider) => {
      const { module } = provider.sdk;
      // Any version: one that was not tested is still metered where the seam is found.
      const anyVersion = ['*'];
      const files = clientFiles(provider.sdk).map((file) => {
        const see = this._see(provider, /^(client|index)\./.test(file));
        return new InstrumentationNodeModuleFile(`${module}/${file}`, anyVersion, see, () => {});
      });
      for (const file of provider.sessions?.files ?? []) {
        const see = this._seeSessions(provider);
        files.push(new InstrumentationNodeModuleFile(`${module}/${file}`, anyVersion, see, () => {}));
      }
      const seeMain = this._see(provider, true);
      const definition: InstrumentationModuleDefinition = new InstrumentationNodeModuleDefinition(
        module,
        anyVersion,
        seeMain,
        () => {},
        files,
      );
      definition.includePrerelease = true;
      return definition;
    });
  }

  protected override _updateMetricInstruments(): void {
    this._metrics?.useMeter(this.meter);
  }

  /** What to do with a file of an SDK that was just loaded; `exportsClient` when one must be in it. */
  private _see(provider: Provider, exportsClient: boolean) {
    return (exports: Record<string, unknown>, version?: string): Record<string, unknown> => {
      try {
        const { module } = provider.sdk;
        const facts: SdkFacts = { module, version, format: formatOf(exports), by: 'loader hook' };
        const found = clientsIn(exports);
        for (const prototype of found) remember({ ...facts, prototype });
        if (found.length > 0) this._patchFree();
        else if (exportsClient) noteMissingSeam(facts, provider.sdk.versions);
      } catch (fault) {
        reportFault('patching an SDK', fault);
      }
      return exports;
    };
  }

  private _seeSessions(provider: Provider) {
    return (exports: Record<string, unknown>): Record<string, unknown> => {
      try {
        const { module } = provider.sdk;
        for (const prototype of sessionsIn(exports))
          rememberSession({ module, prototype, by: 'loader hook' });
        this._patchFree();
      } catch (fault) {
        reportFault("patching an SDK's sessions", fault);
      }
      return exports;
    };
  }

  /** Patches every class that this instance may and nobody has. */
  private _patchFree(): void {
    const isOurs = ({ by, prototype }: FoundClient | FoundSession) =>
      by === 'loader hook' || this._handedOver?.has(prototype) === true;
    const { clients, sessions } = registry();
    for (const client of clients.values()) if (isOurs(client)) this._patch(client);
    for (const session of sessions.values()) if (isOurs(session)) this._patchSessions(session);
  }

  private _patchSessions({ module, prototype }: FoundSession): void {
    this._patches ??= new Map();
    const provider = providers.find(({ sdk }) => sdk.module === module);
    if (!provider?.sessions || this._patches.has(prototype)) return;
    const meter = new SessionMeter(provider, provider.sessions, () => this._pipelineOf());
    const unpatch = patchEmitter(prototype, meter);
    if (unpatch) this._patches.set(prototype, unpatch);
  }

  private _patch(client: FoundClient): void {
    this._patches ??= new Map();
    const provider = providers.find(({ sdk }) => sdk.module === client.module);
    if (!provider || this._patches.has(client.prototype)) return;
    const unpatch = patchClient(client.prototype, this._begin(provider));
    if (unpatch) {
      this._patches.set(client.prototype, unpatch);
      warnOfVersion(client, provider.sdk.versions);
    } else {
      warnOnce('two meters', `${client.module} is metered already: this instrumentation leaves it alone`);
    }
  }

  private _begin(provider: Provider): Begin {
    return beginner(provider, () => this._pipelineOf());
  }

  private _priceBook(): PriceBook {
    this._prices ??= new PriceBook(table, new Overrides(this.getConfig().prices));
    return this._prices;
  }

  /** In the background, as long as this instance is enabled and told to. */
  private _refreshPrices(): void {
    this._stopRefresh?.();
    const { refresh } = this.getConfig().prices ?? {};
    if (!refresh) return;
    const book = this._priceBook();
    this._stopRefresh = refreshPrices(refresh, (newer) => {
      book.table = newer;
    });
  }

  /** How much of their budgets users, teams and others have left. */
  get budgets(): BudgetsView {
    return { status: async (subject = {}) => (await this._openBudgets()?.status(subject)) ?? [] };
  }

  /** @internal Who counts, instead of metrics through the meter provider that was set. */
  useCounting(counting: readonly Counting[]): void {
    this._counting = counting;
    this._pipeline = undefined;
    this._budgets?.showOn(counting);
  }

  /** @internal What is kept outside of this process is left in order. */
  async closeBudgets(): Promise<void> {
    await this._budgets?.close();
  }

  private _openBudgets(): OpenBudgets | undefined {
    const { budgets, user, maxUsers } = this.getConfig();
    if (budgets === undefined || this._budgets) return this._budgets;
    const { resolve: _, ...shown } = userOptions(user);
    this._budgets = openBudgets(budgetOptions(budgets), {
      price: (call) => this._priceBook().price(call),
      modelOf: (name) => this._modelOf(name),
      showUser: shownUser(shown),
      maxScopes: maxUsers ?? DEFAULT_MAX_USERS,
    });
    if (this._counting) this._budgets.showOn(this._counting);
    return this._budgets;
  }

  private _modelOf(name: string | undefined): string | undefined {
    const { deployments = {} } = this.getConfig();
    return name !== undefined && Object.hasOwn(deployments, name) ? deployments[name] : name;
  }

  /** @internal Who else is told of every call; and what was metered before, if somebody knows. */
  addRecords(sinks: readonly Sink[], by?: Reporter & { readonly recorded: RecordedWork }): void {
    this._records = [...(this._records ?? []), ...sinks];
    this._pipeline = undefined;
    if (!by) return;
    this._deferred ??= new DeferredWork();
    this._deferred.useRecord(by.recorded);
    by.showOn(this._counting ?? [this._ownMetrics()]);
  }

  /** @internal Of the logger provider that was set, else of the one that is registered. */
  get callLogger(): CallLogger {
    return this.logger;
  }

  /** @internal The table in use. */
  get priceTable(): PriceTable {
    return this._priceBook().table;
  }

  private _ownMetrics(): Metrics {
    if (this._metrics) return this._metrics;
    const config = this.getConfig();
    const series = new SeriesTable({ ...seriesLimits(config, SHARED_MAX_SERIES), keepsAll: true });
    this._metrics = new Metrics(this.meter, {
      series,
      priceTable: () => this.priceTable,
      observeSeries: (meter) => observeSeries(series, meter, zerosFor(config.zeroFirst, meter)),
    });
    return this._metrics;
  }

  private _pipelineOf(): Pipeline {
    if (this._pipeline) return this._pipeline;
    const counting = this._counting ?? [this._ownMetrics()];
    const budgets = this._openBudgets();
    budgets?.showOn(counting);
    const { user, streamUsage, abandonAfterSeconds } = this.getConfig();
    const { resolve, ...shown } = userOptions(user);
    this._deferred ??= new DeferredWork();
    this._sessions ??= new DeferredWork();
    this._openCalls ??= new OpenCalls();
    this._openCalls.limitSeconds = abandonAfterSeconds ?? DEFAULT_ABANDON_AFTER_SECONDS;
    const pipeline: Pipeline = {
      sinks: [...counting, ...(this._records ?? []), spanSink, ...(budgets ? [budgets.sink] : [])],
      admit: budgets?.admit,
      price: this._priceBook().price,
      users: { resolve, show: shownUser(shown) },
      streamUsage: streamUsage ?? true,
      modelOf: (name) => this._modelOf(name),
      ids: new CallIds(),
      openCalls: this._openCalls,
      deferred: this._deferred,
      sessions: this._sessions,
      startSpan: (call, nativeSpan) => startCallSpan(this.tracer, call, nativeSpan),
      runInSpan,
      describeRequest,
      describeFailure,
      discardSpan,
    };
    this._pipeline = pipeline;
    return pipeline;
  }
}

function describeValue(value: unknown): string {
  return typeof value === 'function'
    ? `the function "${value.name}"`
    : `${value === null ? 'null' : typeof value}`;
}
