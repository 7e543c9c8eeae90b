// All of the client but its `open`, which knows no folders.
export {Column, DataArray, Dataset, experimentsAt, FirstlightError, isFirstlightError, RemoteExperiment, Table} from '@firstlight/client';
export type {
  AnyVariables,
  Cell,
  CellValue,
  ChangeItem,
  ChangesOptions,
  Complex,
  Figure,
  JobEvent,
  NDArray,
  OpenJob,
  Picture,
  ProcessRequest,
  ReadOptions,
  Run,
  RunId,
  RunRef,
  Summary,
  TableSelection,
  Value,
  Variable,
} from '@firstlight/client';
