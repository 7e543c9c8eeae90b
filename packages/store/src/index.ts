// Folders
export {createFolder} from './folder/create.ts';
export type {CreateOptions} from './folder/create.ts';
export type {ContextTemplate} from './folder/templates.ts';
export {inspectFolder} from './folder/inspect.ts';
export type {FolderFacts} from './folder/inspect.ts';
export {migrateFolder} from './migrate/migrate-folder.ts';
export type {MigrationLine} from './migrate/migrate-folder.ts';
export {openFolder} from './folder/open.ts';
export type {ExperimentFolder} from './folder/open.ts';
export {contextOf, contextsOf, findFolder, pathsOf} from './folder/layout.ts';
export type {ContextFile, ContextLanguage, FolderPaths} from './folder/layout.ts';
export {realFolder} from './folder/same.ts';
export {readSettings} from './database/settings.ts';
export type {FolderSettings} from './database/settings.ts';
export {lastOwner} from './writer/lock.ts';
export type {FolderOwner} from './writer/lock.ts';
// Files that must survive a power cut
export {makeDirectory, makePath, writeFileDurably} from './folder/durable.ts';
export {openToAll} from './folder/modes.ts';
// Steps at which tests end a process
export {faultPoint} from './fault-point.ts';
// Values and fragments
export {writeFragment} from './fragment/write.ts';
export {summarise} from './value/summarise.ts';
export type {CellSummary} from './value/summarise.ts';
export type {CellValue, FragmentResult, Image, Outcome, PlotlyFigure, Scalar, Value} from './value/model.ts';
export {encodePng} from './value/png.ts';
export {decodeNpy, encodeNpy} from './npy.ts';
// The one writer
export {WriterProcess} from './writer-process.ts';
export type {WriterOptions} from './writer-process.ts';
export type {ForeignHand} from './writer/database-mark.ts';
export type {MergeReport} from './merge/report.ts';
export {waitingFragments} from './merge/waiting.ts';
export {quarantined} from './merge/quarantine.ts';
export type {Quarantined} from './merge/quarantine.ts';
export type {FoundFragment} from './reader/list-fragments.ts';
// Versions and origins of values
export type {OriginColumns} from './history/read-origins.ts';
export type {DataDiff, PartDiff} from './history/compare-data.ts';
export type {HistoryEntry} from './history/read-history.ts';
export {cellOfVersion, versionIn} from './history/version-place.ts';
export type {VersionPlace} from './history/version-place.ts';
export type {KnownContext} from './history/known.ts';
export type {RememberedContext, RunFile} from './history/remember.ts';
export type {NamedCells} from './history/notice.ts';
export type {VersionState} from './history/model.ts';
// Reading
export {ReaderProcess} from './reader-process.ts';
export {cellsOf} from './reader/table-model.ts';
export {withUndeclared} from './reader/load-structure.ts';
export type {CellColumns, CellPage, LoadedTable, TableRun, TableStructure, TableVariable} from './reader/table-model.ts';
export type {DataKind} from './reader/data-kinds.ts';
export type {ValueDescription} from './reader/describe-value.ts';
export {readAnnounced} from './reader/read-value.ts';
export type {ReadValue, Slice} from './reader/read-value.ts';
// Changes by hand
export type {Edit} from './edits/edit.ts';
export type {TimeComment} from './edits/time-comments.ts';
// Looking for defects
export {verifyFolder} from './verify/verify-folder.ts';
export type {VerifyLine} from './verify/verify-folder.ts';
export type {Defect, DefectKind, RunCheck} from './verify/defects.ts';
export type {FolderCheck} from './verify/check-folder.ts';
// Getting it out
export {exportTo} from './export-process.ts';
export type {Exported, ExportOptions} from './export-process.ts';
export {importBundle} from './import-process.ts';
export type {ImportOptions} from './import-process.ts';
export type {Selection} from './export/model.ts';
