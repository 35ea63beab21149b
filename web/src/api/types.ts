/** The shapes of the JSON contract, v1. Printed numbers are text, exactly as the standard prints them. */
export type Region = { code: string; name: string };

export type Meta = {
  asOf: string;
  clock: string;
  dataTime: string;
  region: Region;
  standard: string;
  dataKind: string;
  dustMode: string;
  version?: string;
  synthetic?: boolean;
};

export type Figure = {
  key: string;
  value: string;
  unit: string;
  completeness?: number;
  valid?: number;
  expected?: number;
  flag?: string;
  explain?: string;
};

export type Explain = {
  title: string;
  formula: string;
  clause: string;
  standard: string;
  dataKind: string;
  dustMode: string;
  confidence: string;
  inputs: { name: string; value: string; unit: string; source: string; revision: number | string; recordedAt: string }[];
  counts: { name: string; value: string | number }[];
  notes: string[];
  more: number;
};

export type PublicConfig = { demo: boolean; oidc: { enabled: boolean; name: string }; name: string; version: string };

export type Session = {
  account: { id: string; name: string; displayName: string; language: string };
  mustChangePassword: boolean;
  posts: { id: string; name: string; unit: { id: string; name: string }; role: string; scope: Region }[];
  permissions: string[];
  scope: Region;
  demo: boolean;
  clock: string;
  clockSpeed: number;
};

export type SessionRow = { id: string; createdAt: string; lastSeenAt: string; address: string; device: string; current: boolean };

export type SiteRef = {
  id: string;
  name: string;
  kind: string;
  region: Region;
  lon: number;
  lat: number;
  counted: boolean;
};

export type Hour = {
  time: string;
  aqi: number | null;
  level: number;
  category: string;
  primary: string[] | null;
  above50?: string[] | null;
  withheld?: string;
  values: Record<string, Figure>;
  aqiFigure?: Figure;
};

export type Day = Omit<Hour, 'time'> & { date: string; time?: string };

export type AirNow = {
  meta: Meta;
  answer: string;
  answerEn: string;
  city: Hour;
  stations: { site: SiteRef; hour: Hour; offlineSince: string }[];
  hours: string[];
  series: Record<string, Record<string, (number | null)[]>>;
  limits: Record<string, { value: number; label: string }>;
  completeness: {
    hours: string[];
    rows: { siteId: string; name: string; cells: number[]; present: number }[];
    share: string;
    missing: number;
  };
};

export type AirYesterday = {
  meta: Meta;
  answer: string;
  answerEn?: string;
  city: Day;
  stations: { site: SiteRef; day: Day }[];
};

export type AirMap = {
  boundaries: GeoJSON.FeatureCollection;
  rivers?: GeoJSON.FeatureCollection | null;
  bbox: number[];
};

export type Curve = {
  days: string[];
  thisYear: (number | null)[];
  lastYear: (number | null)[];
  targetPath: (number | null)[];
  p10: (number | null)[];
  p50: (number | null)[];
  p90: (number | null)[];
};

export type TargetItem = {
  item: string;
  name: string;
  unit: string;
  target: Figure;
  targetVersion: number;
  targetSource: string;
  toDate: Figure;
  gap: string;
  samePeriodLastYear: Figure;
  change: string;
  allowedMean?: Figure | null;
  goodNeeded?: number | null;
  budgetDays?: number | null;
  lastYearRest?: Figure | null;
  probability: Figure;
  p10: string;
  p50: string;
  p90: string;
  percentileOfHistory?: string;
  curve: Curve;
};

export type CalendarDay = {
  date: string;
  aqi: number | null;
  level: number;
  category: string;
  primary: string[] | null;
  valid: boolean;
  dust: boolean;
};

export type Lost = {
  pollutant: string;
  thisYear: number;
  lastYear: number;
  thisMonth: number;
  lastYearMonth: number;
  change: number;
};

export type Targets = {
  meta: Meta;
  answer: string;
  answerEn: string;
  year: number;
  daysInYear: number;
  daysUsed: number;
  daysLeft: number;
  items: TargetItem[];
  joint?: Figure | null;
  calendar: CalendarDay[];
  levels: Record<string, number>;
  lost: Lost[];
  lostTotal: Lost;
  whatIf: {
    pmRest: { value: string; lastYear: string };
    pmExceedDays: { value: string; lastYear: string };
    o3ExceedDays: { value: string; lastYear: string };
  };
};

export type WhatIfRequest = {
  region: string;
  year: number;
  asOf?: string;
  dust?: string;
  pm25RestMean?: number;
  pmExceedDays?: number;
  o3ExceedDays?: number;
  factorPm?: number;
  factorO3?: number;
};

/** margin: how far on the right (+) or wrong (−) side of the target, as printed. */
export type Outcome = { value: string; met: boolean; margin: string };

export type WhatIfAnswer = {
  pm25: Outcome;
  pm10: Outcome;
  goodDays: Outcome;
  probability: Record<string, string>;
  arithmetic: string[];
};

export type RankRow = {
  region: Region;
  own: boolean;
  rank: number;
  rankLast: number | null;
  rankChange: number | null;
  composite: Figure;
  compositeLast: string;
  change: string;
  so2: Figure;
  no2: Figure;
  pm10: Figure;
  pm25: Figure;
  co_p95: Figure;
  o3_8h_p90: Figure;
  i_so2: string;
  i_no2: string;
  i_pm10: string;
  i_pm25: string;
  i_co: string;
  i_o3: string;
  worst: string;
  goodDays: number;
  validDays: number;
  goodRatio: string;
};

export type Ranking = {
  meta: Meta;
  answer: string;
  answerEn?: string;
  list: { id: string; name: string; members: number; source: string; confidence: string };
  from: string;
  to: string;
  standardNote: string;
  rows: RankRow[];
  own: { rank: number; of: number } | null;
};

export type SearchHit = { kind: string; title: string; subtitle: string; href: string };

export type Stream = {
  id: string;
  name: string;
  kind: string;
  received: number;
  stored: number;
  unchanged: number;
  rejected: number;
  lastAt: string;
  lateShare: string;
  completeness24h: string;
  completeness30d: string;
  status: string;
};

export type Late = { site: SiteRef; factor: string; time: string; recordedAt: string; delayMinutes: number };

export type Revision = {
  revision: number;
  value: string | null;
  flag: string;
  origin: string;
  recordedAt: string;
  by: string;
  reason: string;
};

export type Revised = { site: SiteRef; factor: string; time: string; revisions: Revision[] };

export type Observation = { time: string; value: string | null; revision: number; recordedAt: string; flag: string; origin: string };

export type Correction = { site: string; factor: string; time: string; value: string | null; reason: string; evidence: string };

export type CorrectionDone = { id: string; old: Observation | null; new: Observation | null; affected: string[] };

export type Site = {
  id: string;
  code: string;
  name: string;
  kind: string;
  region: Region;
  lon: number;
  lat: number;
  background: boolean;
  counted: boolean;
  validFrom: string;
  validTo: string;
  aliases: string[] | null;
};

export type Reject = { line: number; column: string; reason: string; row: string };

export type Import = {
  id: string;
  kind: string;
  file: string;
  size: number;
  sha256: string;
  status: string;
  progress: number;
  rowsPerSecond: number;
  secondsLeft: number;
  columns: { name: string; field: string; sample: string[] }[] | null;
  unmapped: string[] | null;
  preview: string[][] | null;
  received: number;
  stored: number;
  unchanged: number;
  rejected: number;
  missing: number;
  rejects: Reject[] | null;
  error: string;
  by: string;
  startedAt: string;
  finishedAt: string;
  dryRun: boolean;
};

export type ImportKind = { kind: string; name: string; fields: { field: string; name: string; unit: string; required: boolean }[] };

export type OrgRegion = { code: string; name: string; level: string; parent: string; children: number };
export type Unit = { id: string; name: string; kind: string; region: string; parent: string; version: number | string };
export type Post = {
  id: string;
  name: string;
  unit: string;
  role: string;
  scope: string;
  holders: { id?: string; person: { id: string; name: string }; from: string; to: string }[] | null;
  version: number | string;
};
export type Account = {
  id: string;
  name: string;
  displayName: string;
  disabled: boolean;
  mustChangePassword: boolean;
  lastLoginAt: string;
  posts: { id: string; name: string; role: string }[] | null;
};
export type Role = { id: string; name: string; nameEn: string; description: string; scopeKind: string; permissions: string[] };

export type Standard = {
  id: string;
  number: string;
  name: string;
  from: string;
  to: string;
  file: string;
  confidence: string;
  source: string;
  tables: { name: string; clause: string; head: string[]; rows: string[][]; confidence: string }[];
};

export type CalendarYear = {
  year: number;
  present: boolean;
  source: string;
  days: { date: string; kind: string; name: string }[] | null;
};

export type AuditEntry = {
  seq: number;
  at: string;
  actor: { account: string; post: string };
  action: string;
  object: string;
  summary: string;
  hash: string;
  prev: string;
  requestId: string;
  detail: Record<string, unknown> | null;
};

export type AuditVerify = { ok: boolean; entries: number; roots: { date: string; root: string }[] | null; brokenAt: number | null };

export type Health = {
  checks: { name: string; ok: boolean; detail: string }[];
  config: { name: string; value: string; from: string; explain: string }[];
};

export type Page<T> = { items: T[]; next: string; total: number };
