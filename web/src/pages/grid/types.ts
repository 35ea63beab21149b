/** The JSON of /grid as the pages read it. */
export type Place = { code: string; name: string };
export type Rate = { num: number; den: number; text: string };
export type Holder = { role: string; name: string; post: string; title: string; person: string; since: string; standIn: string };

export type Cell = {
  id: string;
  code: string;
  name: string;
  tier: number;
  region: Place;
  parent: string;
  areaKm2: number;
  holders: Holder[] | null;
  vacantSince: string;
  blind: boolean;
  sources: number;
  version: number;
};

export type Area = GeoJSON.Polygon | GeoJSON.MultiPolygon;
export type CellFeature = { type: 'Feature'; id: string; properties: Cell; geometry: Area };
export type Cells = { type: 'FeatureCollection'; features: CellFeature[] | null };

export type FaultKind = 'gap' | 'overlap' | 'outside' | 'vacant' | 'unbound' | 'double' | 'overloaded' | 'blind';
export type Fault = {
  id: string;
  kind: FaultKind;
  name: string;
  situation: string;
  where: string;
  cell: string;
  cells: string[] | null;
  objects: { kind: string; id: string }[] | null;
  area: number;
  since: string;
  days: number;
  who: string;
  action: 'absorb' | 'release' | 'appoint' | 'bind' | 'relieve' | 'patrol';
  actionText: string;
  lng: number;
  lat: number;
  geometry?: Area;
};

export type Coverage = {
  region: Place;
  at: string;
  sentence: string;
  cells: number;
  towns: number;
  staffed: Rate;
  posts: Rate;
  bound: Rate;
  ground: Rate;
  visited: Rate;
  roleSet: string;
  normSet: string;
  counts: Partial<Record<FaultKind, number>>;
  gaps: Fault[] | null;
};

export type OutcomeRow = {
  region: Place;
  cell: string;
  found: number;
  own: number;
  others: number;
  ownRate: Rate;
  missed: number;
  roadside: number;
  missRate: Rate;
  medianFind: number;
  medianAct: number;
  medianClose: number;
  p90Close: number;
  closeDays: string;
  trivial: Rate;
  ranked: boolean;
  by: { id: Level; n: number }[] | null;
  undue: number;
  figures: Figure[] | null;
  place: number;
};

/** Where what others found came from. */
export type Level = 'complaint' | 'county' | 'city' | 'province' | 'ministry' | 'other';
/** An indicator of an area; the grade is empty where it has none. */
export type Figure = { id: string; num: number; den: number; text: string; grade: string; colour: string };
export type FigureDef = { id: string; name: string; nameEn: string; formula: string; formulaEn: string; graded: boolean };
export type Bands = { from: string; source: string; confidence: string; list: { grade: string; colour: string; name: string; from: string }[] | null };

export type Outcome = { meta: { region: Place; from: string; to: string; by: string; least: number; sentence: string; figures: FigureDef[] | null; bands: Bands }; rows: OutcomeRow[] | null; total: OutcomeRow };

export type Source = { id: string; code: string; name: string; kind: string; class: string; className: string; region: string; lng: number; lat: number; roadside: boolean; cells: string[] | null; decided: boolean };

export type Named = { id: string; name: string };
export type Redrawn = { id: string; name: string; change: 'added' | 'changed' | 'ended'; was: number; is: number; geometry?: Area; sources: number };
export type Moved = { object: { kind: string; id: string }; name: string; from: Named[] | null; to: Named[] | null; lng: number; lat: number };

/** What a change would do. */
export type Effect = {
  cells: Redrawn[] | null;
  moves: Moved[] | null;
  moved: number;
  closed: Fault[] | null;
  opened: Fault[] | null;
  lasting: { was: Fault; is: Fault }[] | null;
  before: Rate;
  after: Rate;
  posts: number;
};

export type Refused = { row: number; code: string; reason: string; lng?: number; lat?: number };
export type FileRow = { type: 'Feature'; properties: { row: number; code: string; name: string; state: 'added' | 'changed' | 'refused' }; geometry: GeoJSON.Geometry };
export type Imported = { rows: number; added: number; changed: number; stored: boolean; faults: Refused[] | null; preview?: { type: 'FeatureCollection'; features: FileRow[] | null }; effect?: Effect };
