/** Matters as the API gives them. */
export type Ref = { id: string; name: string };
export type PostRef = { id: string; name: string; unit?: Ref };
export type Light = 'green' | 'yellow' | 'red' | 'none';
export type StateType = 'open' | 'assigned' | 'working' | 'submitted' | 'checking' | 'closed' | 'suspended' | 'returned' | 'void';

export type Row = {
  id: string;
  number: string;
  kind: Ref;
  title: string;
  state: Ref & { type: StateType };
  category: Ref;
  region: { code: string; name: string };
  place: string;
  holder: { post?: PostRef; unit?: Ref; text: string };
  openedAt: string;
  updatedAt?: string;
  due: { at: string; light: Light; left: string; leftEn: string; name: string } | null;
  reworks: number;
  recurrences: number;
  children: number;
  lng?: number | null;
  lat?: number | null;
  version: number;
};

export type EvidenceRef = {
  id: string;
  kind: string;
  name: string;
  media: string;
  size: number;
  sha256: string;
  capturedAt: string;
  receivedAt: string;
  lng?: number | null;
  lat?: number | null;
  marks: { code: string; message: string }[] | null;
  thumb: string;
  url: string;
};

export type KindField = { id: string; name: string; nameEn?: string; type: string; choices?: { id: string; name: string }[] | null; unit?: string; max?: number };

export type Need = { fields: KindField[] | null; optional?: KindField[] | null; evidence: { kind: string; min: number; name?: string }[] | null; opinion: boolean };

export type MoveDef = {
  id: string;
  name: string;
  nameEn?: string;
  act: string;
  to: Ref;
  allowed: boolean;
  refusal: { code: string; message: string; messageEn?: string } | null;
  need: Need;
  assigns: string;
  /** An end of one's own may be set with this step. */
  due?: boolean;
  consequence: string;
};

export type PauseView = { id: string; state: string; from: string; to: string; until: string; review: string; condition: string; term: string; reason: string; askedBy: string; approver: string; opinion: string; mayDecide: boolean; mayEnd: boolean };

/** What the reader may ask for about a clock: days are the latest, '' and 0 mean not this way. */
export type AskView = { until: string; reviewBy: string; most: number; unit: string; mostText: string; mostEn: string };

export type ClockView = {
  id: string;
  name: string;
  term: string;
  startedAt: string;
  dueAt: string;
  state: 'running' | 'paused' | 'done' | 'late' | 'void';
  left: string;
  leftEn: string;
  elapsed: string;
  elapsedEn: string;
  light: Light;
  pauses: PauseView[] | null;
  extensions: PauseView[] | null;
  calendar: string;
  ask?: AskView;
};

export type EventView = {
  seq: number;
  at: string;
  act: string;
  name: string;
  from: Row['state'] | null;
  to: Row['state'];
  actor: { display: string; post: string; unit: string };
  opinion: string;
  fields: { id: string; name: string; value: string; text: string }[] | null;
  evidence: EvidenceRef[] | null;
  assigned?: string;
  hash: string;
};

export type MatterView = Row & {
  description: string;
  fields: { id: string; name: string; value: string; text: string }[] | null;
  parties: { relation: string; name: string; post?: PostRef; unit?: Ref }[] | null;
  source: string;
  sourceNumber: string;
  foundAt?: string;
  site?: string;
  stages: { id: string; name: string; state: 'done' | 'now' | 'next' }[] | null;
  clocks: ClockView[] | null;
  elapsed: string;
  elapsedEn?: string;
  events: EventView[] | null;
  evidence: EvidenceRef[] | null;
  family: { parent?: Row | null; children?: Row[] | null; mergedInto?: Row | null; merged?: Row[] | null; recurrenceOf?: Row | null; recurrences?: Row[] | null; duplicates?: Row[] | null };
  moves: MoveDef[] | null;
  watching: boolean;
  verify: { head: string; at: string };
};

export type KindView = { id: string; name: string; nameEn?: string; prefix: string; categories: (Ref & { nameEn?: string })[] | null; states: (Ref & { type: StateType })[] | null; starts?: StartDef[] | null; hands?: HandDef[] | null; source?: string; confidence?: string };
export type StartDef = { id: string; name: string; nameEn?: string; need: Need; assigns: string };
/** A step that hands a matter to who shall do it; plain ones can be made on many at once. */
export type HandDef = { id: string; name: string; nameEn?: string; from: string[] | null; opinion: boolean; plain: boolean };
export type Counts = { byType: Partial<Record<StateType, number>>; overdue: number; dueToday: number; mine: number };
