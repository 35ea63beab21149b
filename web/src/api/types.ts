/**
 * The shapes of the JSON contract, taken from openapi.json (`npm run generate`, part of `npm run typecheck`); a change of the
 * contract shows here as a compile error. Printed numbers are text, exactly as the standard prints them.
 */
import type { components } from './schema';

type Schemas = components['schemas'];

/**
 * The document allows null for every list, since the server's language writes an absent list so. The
 * operations behind these pages always answer with a list; the keys in Nullable are the exceptions.
 */
type Filled<T, Nullable extends PropertyKey = never> = T extends readonly (infer U)[]
  ? Filled<U, Nullable>[]
  : T extends object
    ? { [K in keyof T]: K extends Nullable ? Filled<T[K], Nullable> : ListOf<T[K], Nullable> }
    : T;
type ListOf<T, Nullable extends PropertyKey> = [NonNullable<T>] extends [readonly unknown[]] ? Filled<NonNullable<T>, Nullable> : Filled<T, Nullable>;

type Air<Name extends keyof Schemas> = Filled<Schemas[Name], 'primary' | 'above50'>;

export type Region = Schemas['SituationPlace'];
export type Meta = Schemas['SituationMeta'];
export type Figure = Schemas['SituationFigure'];
export type Explain = Filled<Schemas['SituationExplanation']>;

export type PublicConfig = Schemas['ServerPublicConfig'];
export type Session = Filled<Schemas['OrgSessionView']>;
export type SessionRow = Schemas['OrgSessionRow'];

export type SiteRef = Schemas['SituationStation'];
export type Hour = Air<'SituationHour'>;
export type Day = Air<'SituationDay'>;
export type AirNow = Omit<Air<'SituationNow'>, 'series'> & { series: Record<string, Partial<Record<string, (number | null)[]>>> };
export type AirYesterday = Air<'SituationDayBoard'>;
type Shapes = GeoJSON.FeatureCollection;
/** GeoJSON is open in the document: its shape is that standard's. */
export type AirMap = Filled<Omit<Schemas['SituationMapLayers'], 'boundaries' | 'rivers'>> & Record<keyof Pick<Schemas['SituationMapLayers'], 'boundaries' | 'rivers'>, Shapes>;
export type MapPlaces = Record<keyof Pick<Schemas['SituationMapPlaces'], 'towns' | 'villages'>, Shapes>;

export type Curve = Filled<Schemas['SituationCurve']>;
export type TargetItem = Filled<Schemas['SituationTargetItem']>;
export type CalendarDay = Air<'SituationCalendarDay'>;
export type Lost = Schemas['SituationLostDays'];
export type Targets = Air<'SituationTargets'>;
export type WhatIfRequest = Schemas['SituationWhatIf'];
export type Outcome = Schemas['SituationOutcome'];
export type WhatIfAnswer = Filled<Schemas['SituationWhatIfAnswer']>;

export type RankRow = Filled<Schemas['SituationRankRow']>;
export type Ranking = Filled<Schemas['SituationRanking']>;
export type Months = Filled<Schemas['SituationMonths']>;
/** The interface adds its own pages to what the server finds. */
export type SearchHit = Omit<Schemas['ServerSearchHit'], 'kind'> & { kind: Schemas['ServerSearchHit']['kind'] | 'page' };

export type Streams = Filled<Schemas['TelemetryStreamsOut']>;
export type Stream = Schemas['TelemetryStreamOut'];
export type DustDay = Schemas['SituationDustDay'];
export type Late = Filled<Schemas['TelemetryLateOut'], 'aliases'>;
export type Revision = Schemas['TelemetryRevisionOut'];
export type Revised = Filled<Schemas['TelemetryRevisedOut'], 'aliases'>;
export type Observation = Schemas['TelemetryPointOut'];
export type Correction = Schemas['CorrectionInBody'];
export type CorrectionDone = Filled<Schemas['TelemetryCorrectionOut']>;
export type Site = Schemas['TelemetrySiteOut'];

export type Reject = Schemas['TelemetryRejectView'];
export type Import = Schemas['TelemetryImportView'];
export type ImportKind = Filled<Schemas['TelemetryImportKind']>;

export type OrgRegion = Schemas['OrgRegionRow'];
export type Unit = Schemas['OrgUnitRow'];
export type Post = Schemas['OrgPostRow'];
export type Account = Schemas['OrgAccountRow'];
export type Role = Filled<Schemas['OrgRoleRow']>;

export type Standard = Filled<Schemas['ServerStandardView']>;
export type CalendarYear = Schemas['ServerCalendarYear'];
export type AuditEntry = Schemas['OrgAuditRow'];
export type AuditVerify = Schemas['OrgAuditReport'];
export type Health = Filled<Schemas['ServerHealth']>;

export type Notice = Filled<Schemas['ServerNoticeItem']>;
export type NoticePage = Filled<Schemas['ServerNoticePage']>;
export type NoticeSettings = Schemas['ServerNoticeSettings'];
export type Webhook = Schemas['ServerWebhookView'];
export type Job = Schemas['ServerJobView'];
export type Jobs = Filled<Schemas['ServerJobsView']>;
export type Schedule = Schemas['ServerScheduleView'];
export type RejectRow = Schemas['TelemetryRejectOut'];

/** A cursor-paged list. */
export type Page<T> = { [K in keyof Schemas['PageOrgUnitRow']]: K extends 'items' ? T[] : Schemas['PageOrgUnitRow'][K] };
