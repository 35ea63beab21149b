/** The words of the field app: what the server gives for a day, and what waits on this phone. */

export type Ref = { id: string; name: string };
export type Place = { code: string; name: string };

export type EvidenceKind = 'photo' | 'document' | 'reading' | 'statement';
export type Need = { kind: EvidenceKind; min: number; name: string };
export type FieldDef = {
  id: string;
  name: string;
  nameEn?: string;
  type: 'text' | 'longtext' | 'choice' | 'number' | 'day' | 'time' | 'bool' | 'unit' | 'post' | 'site';
  choices?: { id: string; name: string; nameEn?: string }[];
  unit?: string;
  max?: number;
};

/** One transition as it stands for this person: allowed, or refused with the reason. */
export type Move = {
  id: string;
  name: string;
  nameEn?: string;
  act: string;
  to: Ref;
  allowed: boolean;
  refusal: { code: string; message: string; messageEn?: string } | null;
  need: { fields: FieldDef[]; evidence: Need[]; opinion: boolean };
  assigns: '' | 'owner' | 'checker';
  consequence: string;
};

export type Due = { at: string; light: 'green' | 'yellow' | 'red' | 'none'; left: string; leftEn: string; name: string };

export type Row = {
  id: string;
  number: string;
  kind: Ref;
  title: string;
  state: { id: string; name: string; type: string };
  category: Ref;
  region: Place;
  place: string;
  holder: { post?: Ref; unit?: Ref; text: string };
  openedAt: string;
  due: Due | null;
  reworks: number;
  recurrences: number;
  lng?: number | null;
  lat?: number | null;
  version: number;
};

export type EvidenceRef = {
  id: string;
  kind: EvidenceKind;
  name: string;
  capturedAt: string | null;
  receivedAt: string;
  marks: { code: string; message: string }[];
  thumb: string;
  url: string;
};

export type Happening = {
  seq: number;
  at: string;
  act: string;
  name: string;
  to: { id: string; name: string };
  actor: { display: string; post?: string; unit?: string };
  opinion: string;
  evidence: EvidenceRef[];
};

export type ClockView = { id: string; name: string; dueAt: string; state: string; left: string; leftEn: string; elapsed: string; light: string; pauses: unknown[] };

export type Matter = Row & {
  description: string;
  source: string;
  sourceNumber: string;
  elapsed: string;
  clocks: ClockView[];
  events: Happening[];
  evidence: EvidenceRef[];
  moves: Move[];
};

/** A transition of a kind, for what may be done next without the server. */
export type Step = Omit<Move, 'to' | 'allowed' | 'refusal'> & { from: string[]; to: string; by: string[] };
export type Tile = { id: string; name: string; nameEn?: string; tile: number };
export type KindView = { id: string; name: string; categories: Tile[]; states: { id: string; name: string; type: string }[]; transitions: Step[] };

export type Ring = [number, number][];
export type Cell = { id: string; code: string; name: string; tier: number; region: Place; town: string; duty: string; mine: boolean; outline: Ring[] };

export type CheckItem = { id: string; text: string };
export type PatrolPlace = {
  id: string;
  kind: string;
  object: string;
  place: string;
  cell: Ref;
  region: Place;
  reasons: { code: string; text: string }[];
  lastSeen: string;
  checklist: CheckItem[];
  lng?: number | null;
  lat?: number | null;
};

/** GET /field/start: what fills the phone for a day. */
export type Start = {
  asOf: string;
  demo: boolean;
  me: { id: string; name: string; displayName: string };
  posts: { id: string; name: string; unit: Ref; role: string; scope: Place }[];
  cells: Cell[];
  tasks: Matter[];
  patrol: PatrolPlace[];
  kinds: KindView[];
  mine: Row[];
};

/** A file on its way: its bytes lie in the phone until the server has them and says so. */
export type FileState = {
  id: string;
  kind: EvidenceKind;
  name: string;
  media: string;
  size: number;
  sha256: string;
  capturedAt: string;
  lng?: number;
  lat?: number;
  accuracy?: number;
  thumb: string;
  upload: string;
  sent: number;
  evidence: string;
};

export type Spot = { lng: number; lat: number; accuracy: number };

export type ReportBody = {
  type: 'report';
  kind: string;
  category: string;
  description: string;
  region: string;
  place: string;
  cell: string;
  site: string;
  spot: Spot | null;
  foundAt: string;
};
export type MoveBody = {
  type: 'move';
  matter: string;
  number: string;
  version: number;
  /** The record's last entry that this person had seen; what came after it is what changed. */
  seq: number;
  state: string;
  transition: string;
  name: string;
  act: string;
  to: string;
  fields: Record<string, string>;
  opinion: string;
  /** An earlier step on this phone that must arrive first. */
  after: string;
};
export type VisitBody = {
  type: 'visit';
  visit: string;
  kind: string;
  object: string;
  cell: string;
  at: string;
  result: 'none' | 'found';
  /** What was seen wrong, by category. */
  found: string[];
  note: string;
};
export type Body = ReportBody | MoveBody | VisitBody;

export type ItemState = 'draft' | 'queued' | 'sending' | 'done' | 'conflict' | 'refused' | 'dropped';
export type Fault = { status: number; code: string; message: string; requestId: string };
export type Change = { who: string; at: string; name: string; to: string; opinion: string };
export type Clash = { message: string; state: string; version: number; changes: Change[] };
export type Receipt = { id: string; number: string; at: string; version: number };

/** One thing this person did, from the first tap to the receipt. */
export type Item = {
  id: string;
  account: string;
  accountName: string;
  order: number;
  state: ItemState;
  madeAt: string;
  title: string;
  place: string;
  body: Body;
  files: FileState[];
  attempts: number;
  nextAt: number;
  /** Counts up when the server cannot tell what became of an earlier attempt. */
  turn: number;
  fault: Fault | null;
  clash: Clash | null;
  receipt: Receipt | null;
};
