// Files and what is in them
export {openFile} from './file.ts';
export type {H5File, OpenMode, OpenOptions} from './file.ts';
export type {H5Group, H5Kind} from './group.ts';
export type {H5Dataset} from './dataset.ts';
export type {H5Attributes} from './attributes.ts';
export type {H5Link} from './links.ts';
export type {H5Reference} from './references.ts';
export type {ElementType} from './element-type.ts';
export type {Filter, Storage} from './filters.ts';
// Reading and writing
export type {CreateOptions} from './creation.ts';
export type {DimensionSelection, Selection} from './selection.ts';
export type {Storable, StoreType} from './storable.ts';
export {BufferPool} from './pool.ts';
export {setReadLimit} from './limits.ts';
// The library and its care
export {openHandles} from './handles.ts';
export {library as hdf5Library} from './library.ts';
// Work in a process of its own
export {HelperProcess} from './helper-process.ts';
export type {CallOptions, HelperOptions} from './helper-process.ts';
export {serveCalls} from './serve-calls.ts';
export type {Handlers} from './serve-calls.ts';
