import type { OperationTypes, Operations } from './lib/types.js';

export * from './lib/types.js';

/** The shipped example cards (individual, sme, corporate), in JSON: a rank each, no PD. */
export const EXPERT_CARDS: string;

/**
 * The shipped example policies (`instalment_loan_za`, `nano_loan_ke`, `sme_working_capital_ng`), in YAML with lines `---`
 * between them. They ask the example cards: load both.
 */
export const EXAMPLE_POLICIES: string;

/** Version of the engine. */
export const VERSION: string;

/** An artefact or a bundle: JSON or YAML as text or as UTF-8, or an object. */
export type ArtefactDocument = string | Uint8Array | object;

/** A path, or a URL of a file. */
export type FilePath = string | { readonly href: string };

/** How an engine works. */
export interface EngineOptions {
  /**
   * Where recorded time and an absent `as_of` come from: `system` (default), `none`, or an instant (RFC 3339) that
   * never moves.
   */
  readonly clock?: string | Date;
  /** Whether answers are frozen at every depth, not at the top alone; default false. */
  readonly deepFreeze?: boolean;
  /** Whether answers carry `request_id`, `audit_id`, `recorded_at` and `latency_ms`; default true. */
  readonly envelope?: boolean;
  /** What an idempotency key rests on: a durable store (default), or the memory of this process. */
  readonly idempotency?: 'durable' | 'process';
  /** Limits that differ from those of `engine.describe()`, by name. */
  readonly limits?: { readonly [name: string]: number | bigint };
  /** Load only approved artefacts; default false. */
  readonly production?: boolean;
  /** Whether calls leave a record; default true. */
  readonly record?: boolean;
  /** Separates the idempotency keys of the host's customers; default empty. */
  readonly tenant?: string;
}

/** How an engine on a file works. */
export interface StoreOptions extends EngineOptions {
  /**
   * When a call is on the disk: `group` (default) before it returns, with one sync for all calls that wait; `decision`
   * before it returns, with a sync of its own; `os` when the operating system writes it.
   */
  readonly durability?: 'decision' | 'group' | 'os';
  /** The private key that signs checkpoints of the log, as `audit.key` makes it. */
  readonly log_key?: string;
  /** The name of the log, which no other log should have; that of the key when absent. */
  readonly origin?: string;
  /**
   * Keep the texts of rows (description, counterparty), which may name other people; default false: they are kept as hashes
   * under a key that is written nowhere.
   */
  readonly store_text?: boolean;
}

/** What stands beside the fields of an answer; a copy has none of it. */
declare abstract class Sealed {
  protected constructor();
  /** The answer in canonical JSON, byte for byte; no field, so that neither copies nor comparisons see it. */
  get json(): string;
}

/** An answer: a plain object of the fields of the wire, frozen; with `deepFreeze` at every depth. */
export type Answered<T> = Readonly<T> & Sealed;

/**
 * One column. A call on this thread borrows Float64Array, BigInt64Array, Int32Array and codes; the rest is copied. NaN,
 * null, an invalid Date and a negative code are missing. A BigUint64Array holds integers up to 2^63 - 1. Lists hold
 * numbers, text and booleans, dates (instants), or bytes. A column of another call's results is one too: `values` with
 * `type`, `names` of codes, and `valid`, a bit for each row (bit `row`, least significant first), 1 where it holds a
 * value. Each type takes its own array alone, and members that are not read are refused.
 */
export type Column =
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | ReadonlyArray<number | bigint | null>
  | ReadonlyArray<string | boolean | null>
  | ReadonlyArray<Date | null>
  | ReadonlyArray<Uint8Array | null>
  | { readonly codes: Int32Array | Int8Array; readonly categories: ReadonlyArray<string>; readonly valid?: Uint8Array | null }
  | Valued<undefined, Float64Array | BigInt64Array | BigUint64Array | Int32Array | ReadonlyArray<string | null>>
  | Valued<'f64', Float64Array>
  | Valued<'i64' | 'instant', BigInt64Array>
  | Valued<'i32' | 'date', Int32Array>
  | Valued<'bool', Uint8Array>
  | Valued<'utf8', ReadonlyArray<string | null>>
  | {
      readonly type?: 'dictionary';
      readonly values: Int8Array | Int32Array;
      readonly names: ReadonlyArray<string>;
      readonly valid?: Uint8Array | null;
    };

/** Values of a column, by its type, and which rows hold one. */
export interface Valued<Type, Values> {
  readonly type?: Type;
  readonly values: Values;
  readonly names?: null;
  readonly valid?: Uint8Array | null;
}

/** Inputs by name, one value a row. */
export interface Columns {
  readonly [name: string]: Column;
}

/** An AbortSignal, of this realm or another, or whatever does the same. */
export interface Signal {
  readonly aborted: boolean;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What may come beside the request for one applicant. */
export interface RowsOptions {
  /** Columns of transactions, as `transactions.read` returns them: the rows of the accounts in `data`. */
  transactions?: Columns | null;
}

/** What enters a columnar call beside its request; none of it changes a result. */
export interface ColumnsOptions {
  /** Threads of the call; 0 (default) takes all. */
  readonly threads?: number;
}

/** The same for a call on another thread. The columns are copied before it returns its promise. */
export interface ColumnsAsyncOptions extends ColumnsOptions {
  /** Stops the call at its next block; the promise then rejects with the signal's reason, by default an AbortError. */
  readonly signal?: Signal;
  /**
   * Told the steps done and the steps in all, at most every 50 ms and at the end. What it throws, and a promise of it
   * that rejects, stop the call and are its error; while its promise is open it is told nothing. The steps of a batch
   * are its rows, those of a development the columns that it bins and its fits, those of a check of a policy what it
   * looks for in each table.
   */
  readonly onProgress?: (done: number, total: number) => unknown;
}

/** The values of a result column, by its type; those of rows without a value mean nothing. */
declare abstract class Typed<Type extends string, Values, Value> implements Iterable<Value | null> {
  protected constructor();
  /** What the values are. */
  readonly type: Type;
  /** One value a row. */
  readonly values: Values;
  /** Name of each code of a dictionary; null for other types. */
  readonly names: Type extends 'dictionary' ? ReadonlyArray<string> : null;
  /** Bit `row`, least significant first: 1 where the row holds a value; null when all do. */
  readonly valid: Uint8Array | null;
  /** Number of rows. */
  get length(): number;
  /** Returns whether a row holds no value. */
  isNull(row: number): boolean;
  /** Returns the value of a row, a code as its name; null where there is none. */
  get(row: number): Value | null;
  /** Returns every value. */
  toArray(): Array<Value | null>;
  /** Returns every value as JSON has it. */
  toJSON(): Array<unknown>;
  [Symbol.iterator](): Iterator<Value | null>;
}

/** A result column: typed arrays, decoded on demand. A date is `YYYY-MM-DD`; a Date cuts an instant to milliseconds. */
export type ResultColumn =
  | Typed<'f64', Float64Array, number>
  | Typed<'i64', BigInt64Array, bigint>
  | Typed<'i32', Int32Array, number>
  | Typed<'bool', Uint8Array, boolean>
  | Typed<'utf8', ReadonlyArray<string>, string>
  | Typed<'date', Int32Array, string>
  | Typed<'instant', BigInt64Array, Date>
  | Typed<'dictionary', Int8Array | Int32Array, string>;

/** Result columns by name. */
export interface ResultColumns {
  readonly [name: string]: ResultColumn;
}

/** An answer with result columns beside it: none where the operation returns none. */
export type Columnar<T> = Readonly<Omit<T, 'columns'>> & { readonly columns: ResultColumns } & Sealed;

/** A part of the body of a record: features and reasons, what was found, the request, the response, and rows of accounts. */
export type RecordPart = 'features' | 'found' | 'request' | 'response' | 'rows';

/** A record as JSON has it: each part with the salt that its HMAC in the leaf was made under, in hexadecimal digits. */
export interface AuditRecordJSON {
  readonly leaf: object;
  readonly parts: { readonly [Part in RecordPart]?: { readonly body: unknown; readonly salt: string } };
}

/**
 * The record of a call, in canonical JSON. A document is null when it lapsed or was erased; a request or response of which
 * some parts are gone has null there.
 */
export class AuditRecord {
  /** Returns the record in JSON that was kept: its text, or what JSON.parse made of it. */
  constructor(record: AuditRecordJSON | string | Uint8Array);
  /** Returns the record in JSON that was kept. */
  static fromJSON(text: AuditRecordJSON | string | Uint8Array): AuditRecord;
  /** Id of the record. */
  readonly audit_id: string;
  /** Id of the call. */
  readonly request_id: string;
  /** The operation that was called. */
  readonly operation: string;
  /** When the record was made. */
  readonly recorded_at: string;
  /** Number of the record among those of its store, from 0. */
  readonly seq: number;
  /** Code of the error of a call that was refused, such as `INSUFFICIENT_DATA`; null for an answer. */
  readonly refused: string | null;
  /** What stays of a record for ever. */
  readonly leaf: string;
  /** The request. */
  readonly request: string | null;
  /** The response; of a refused call the error. */
  readonly response: string | null;
  /** What the call found beside its request; null where there was nothing too. */
  readonly found: string | null;
  /** Names of the parts of its body that are held. */
  readonly parts: ReadonlyArray<RecordPart>;
  /** The record in JSON, byte for byte as in every other language; no field. */
  get json(): string;
  /** Returns the same, parsed: `new AuditRecord(JSON.parse(JSON.stringify(record)))` is the record. */
  toJSON(): AuditRecordJSON;
  /**
   * Returns true when the HMAC of each part that is held is the one that the leaf names, and the leaf is in canonical form;
   * otherwise throws `record.altered`, which says what does not agree. So no part was changed alone. Whoever holds the salts
   * can seal another body under another leaf: keep the leaf, or its hash, where that hand cannot write.
   */
  verify(): true;
}

/**
 * Artefacts, proved once, and the operations on them.
 *
 * Requests are plain objects with the names of the wire. A field that is undefined is left out; NaN is missing in
 * `features`, `data`, `akiba` and `columns`; elsewhere NaN, and everywhere an infinity and undefined in a list, are
 * refused; a Date is written as its instant. A bigint is an integer.
 */
export class Engine {
  private constructor();
  /** Returns an engine that keeps its state in bounded memory. */
  static load(artefacts: ArtefactDocument | ReadonlyArray<ArtefactDocument>, options?: EngineOptions): Engine;
  /**
   * Returns an engine that keeps its state in a file, a SQLite database, which is made if there is none; its folder must be
   * there. Records, idempotency keys, the data of applicants and the log are there when the process comes back. Several
   * processes of one machine may open one file. Errors: `store.unavailable` where the file cannot be opened, `store.corrupt`
   * where it is damaged or no database, `store.schema` where it is of a later engine or of another program.
   *
   *     const engine = Engine.open('kapix.db', EXPERT_CARDS);
   *     const first = engine.credit.score({ ...request, idempotency_key: 'application-7' });
   *     engine.close();
   *     const again = Engine.open('kapix.db', EXPERT_CARDS); // after a restart
   *     again.credit.score({ ...request, idempotency_key: 'application-7' }).json === first.json; // true
   *     again.record(first.audit_id).verify(); // true
   */
  static open(
    path: FilePath,
    artefacts: ArtefactDocument | ReadonlyArray<ArtefactDocument>,
    options?: StoreOptions,
  ): Engine;
  /** Returns the engine of artefacts in files. */
  static loadFile(paths: FilePath | ReadonlyArray<FilePath>, options?: EngineOptions): Engine;
  /** Puts other artefacts in place; calls under way end with those that they began with. */
  swap(artefacts: ArtefactDocument | ReadonlyArray<ArtefactDocument>): void;
  /** Answers a request in JSON with JSON; an error too is JSON, `{"error": ...}`. */
  call(operation: string, json: string | Uint8Array): string;
  /** Answers a request of any operation. */
  run<Name extends keyof OperationTypes>(
    operation: Name,
    request: OperationTypes[Name][0],
  ): Answered<OperationTypes[Name][1]>;
  /** Returns the record of a call, by its `audit_id` or its `request_id`. */
  record(id: string): AuditRecord;
  /** Lets the engine go; calls under way end on it, later ones fail with `engine.closed`. A second time does nothing. */
  close(): void;
}

export interface Engine extends Operations {}

/** One finding among several. */
export interface ErrorDetail {
  readonly cause: string;
  readonly field: string;
  readonly message: string;
}

/** What went wrong, where, and what to do. */
export class KapixError extends Error {
  protected constructor();
  /** Published code, such as `VALIDATION_ERROR`. */
  readonly code: string;
  /** Stable, fine cause, such as `card.bins_overlap`. */
  readonly cause: string;
  /** JSON pointers to every place that is wrong. */
  readonly fields: ReadonlyArray<string>;
  /** Each finding, when there are several. */
  readonly details: ReadonlyArray<ErrorDetail>;
  /** HTTP status. */
  readonly status: number;
  /** Id of the call; absent without an envelope. */
  readonly request_id: string | undefined;
  /** Id of the record that the refused call left; absent where it left none. */
  readonly audit_id: string | undefined;
  /** Address of the page on the code. */
  readonly docs: string;
  /** The error as the JSON door writes it. */
  readonly json: string;
  /** Returns the error as the JSON door writes it, parsed. */
  toJSON(): { readonly error: object };
}

/** 400 VALIDATION_ERROR: the request or artefact is not of the documented form. */
export class ValidationError extends KapixError {}
/** 401 UNAUTHORIZED: a host's answer; the engine never gives it. */
export class UnauthorizedError extends KapixError {}
/** 403 FORBIDDEN: the artefact or operation may not be used here. */
export class ForbiddenError extends KapixError {}
/** 404 ENTITY_NOT_FOUND: nothing has this id. */
export class EntityNotFoundError extends KapixError {}
/** 409 DUPLICATE_REQUEST: the idempotency key was used with another body. */
export class DuplicateRequestError extends KapixError {}
/** 422 INSUFFICIENT_DATA: not enough data for a reliable result. */
export class InsufficientDataError extends KapixError {}
/** 429 RATE_LIMIT_EXCEEDED: a host's answer; the engine never gives it. */
export class RateLimitExceededError extends KapixError {}
/** 499 CANCELLED: the caller cancelled the operation. */
export class CancelledError extends KapixError {}
/** 500 INTERNAL_ERROR: a defect of the engine, caught at the door. */
export class InternalError extends KapixError {}
/** 503 SERVICE_UNAVAILABLE: a store that is busy, full or unreachable. */
export class ServiceUnavailableError extends KapixError {}
