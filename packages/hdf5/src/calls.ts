import koffi from 'koffi';

/** An HDF5 identifier (`hid_t`): 0 for "default", a BigInt for what the library hands out, negative for a failure. */
export type Id = bigint | number;
/** Memory the library reads or fills: a typed array, an address, or null. */
export type Memory = ArrayBufferView | bigint | null;

interface Kinds {
  id: Id;
  int: number;
  uint: number;
  long: number | bigint;
  size: number | bigint;
  address: number | bigint;
  text: string | null;
  memory: Memory;
  nothing: void;
}

const kindToC = {
  id: 'int64',
  int: 'int',
  uint: 'uint',
  long: 'int64',
  size: 'size_t',
  address: 'uint64',
  text: 'str',
  memory: 'void *',
  nothing: 'void',
} as const;

// One row per function of the library: its result, then its arguments. Only what every release from 1.10 to 2.x has, unless marked optional below.
const signatures = {
  H5open: ['int'],
  H5get_libversion: ['int', 'memory', 'memory', 'memory'],
  H5allocate_memory: ['memory', 'size', 'uint'],
  H5free_memory: ['int', 'memory'],
  H5Eset_auto2: ['int', 'id', 'memory', 'memory'],
  H5Eclear2: ['int', 'id'],
  H5Ewalk2: ['int', 'id', 'int', 'memory', 'memory'],
  H5Fcreate: ['id', 'text', 'uint', 'id', 'id'],
  H5Fopen: ['id', 'text', 'uint', 'id'],
  H5Fclose: ['int', 'id'],
  H5Fflush: ['int', 'id', 'int'],
  H5Fget_vfd_handle: ['int', 'id', 'id', 'memory'],
  H5Fstart_swmr_write: ['int', 'id'],
  H5Fget_obj_count: ['long', 'id', 'uint'],
  H5Gopen2: ['id', 'id', 'text', 'id'],
  H5Gcreate2: ['id', 'id', 'text', 'id', 'id', 'id'],
  H5Gclose: ['int', 'id'],
  H5Gget_create_plist: ['id', 'id'],
  H5Lexists: ['int', 'id', 'text', 'id'],
  H5Ldelete: ['int', 'id', 'text', 'id'],
  H5Lmove: ['int', 'id', 'text', 'id', 'text', 'id', 'id'],
  H5Lcreate_hard: ['int', 'id', 'text', 'id', 'text', 'id', 'id'],
  H5Lcreate_soft: ['int', 'text', 'id', 'text', 'id', 'id'],
  H5Lcreate_external: ['int', 'text', 'text', 'id', 'text', 'id', 'id'],
  H5Lget_val: ['int', 'id', 'text', 'memory', 'size', 'id'],
  H5Oopen: ['id', 'id', 'text', 'id'],
  H5Oclose: ['int', 'id'],
  H5Oexists_by_name: ['int', 'id', 'text', 'id'],
  H5Ocopy: ['int', 'id', 'text', 'id', 'text', 'id', 'id'],
  H5Iget_type: ['int', 'id'],
  H5Iget_name: ['long', 'id', 'memory', 'size'],
  H5Idec_ref: ['int', 'id'],
  H5Iis_valid: ['int', 'id'],
  H5Dcreate2: ['id', 'id', 'text', 'id', 'id', 'id', 'id', 'id'],
  H5Dopen2: ['id', 'id', 'text', 'id'],
  H5Dclose: ['int', 'id'],
  H5Dread: ['int', 'id', 'id', 'id', 'id', 'id', 'memory'],
  H5Dwrite: ['int', 'id', 'id', 'id', 'id', 'id', 'memory'],
  H5Dget_type: ['id', 'id'],
  H5Dget_space: ['id', 'id'],
  H5Dget_create_plist: ['id', 'id'],
  H5Dget_storage_size: ['size', 'id'],
  H5Dget_offset: ['address', 'id'],
  H5Dset_extent: ['int', 'id', 'memory'],
  H5Drefresh: ['int', 'id'],
  H5Dflush: ['int', 'id'],
  H5Dvlen_reclaim: ['int', 'id', 'id', 'id', 'memory'],
  H5Acreate2: ['id', 'id', 'text', 'id', 'id', 'id', 'id'],
  H5Aopen: ['id', 'id', 'text', 'id'],
  H5Aclose: ['int', 'id'],
  H5Aread: ['int', 'id', 'id', 'memory'],
  H5Awrite: ['int', 'id', 'id', 'memory'],
  H5Aexists: ['int', 'id', 'text'],
  H5Adelete: ['int', 'id', 'text'],
  H5Aget_type: ['id', 'id'],
  H5Aget_space: ['id', 'id'],
  H5Aiterate2: ['int', 'id', 'int', 'int', 'memory', 'memory', 'memory'],
  H5Screate: ['id', 'int'],
  H5Screate_simple: ['id', 'int', 'memory', 'memory'],
  H5Sclose: ['int', 'id'],
  H5Sget_simple_extent_type: ['int', 'id'],
  H5Sget_simple_extent_ndims: ['int', 'id'],
  H5Sget_simple_extent_dims: ['int', 'id', 'memory', 'memory'],
  H5Sselect_hyperslab: ['int', 'id', 'int', 'memory', 'memory', 'memory', 'memory'],
  H5Sget_select_type: ['int', 'id'],
  H5Sget_select_npoints: ['long', 'id'],
  H5Sget_select_bounds: ['int', 'id', 'memory', 'memory'],
  H5Sget_select_hyper_nblocks: ['long', 'id'],
  H5Sget_select_hyper_blocklist: ['int', 'id', 'size', 'size', 'memory'],
  H5Sget_select_elem_pointlist: ['int', 'id', 'size', 'size', 'memory'],
  H5Tcopy: ['id', 'id'],
  H5Tcreate: ['id', 'int', 'size'],
  H5Tclose: ['int', 'id'],
  H5Tequal: ['int', 'id', 'id'],
  H5Tget_class: ['int', 'id'],
  H5Tget_size: ['size', 'id'],
  H5Tget_sign: ['int', 'id'],
  H5Tget_order: ['int', 'id'],
  H5Tget_precision: ['size', 'id'],
  H5Tget_fields: ['int', 'id', 'memory', 'memory', 'memory', 'memory', 'memory'],
  H5Tget_super: ['id', 'id'],
  H5Tget_native_type: ['id', 'id', 'int'],
  H5Tget_nmembers: ['int', 'id'],
  H5Tget_member_name: ['memory', 'id', 'uint'],
  H5Tget_member_type: ['id', 'id', 'uint'],
  H5Tget_member_offset: ['size', 'id', 'uint'],
  H5Tget_member_value: ['int', 'id', 'uint', 'memory'],
  H5Tget_array_ndims: ['int', 'id'],
  H5Tget_array_dims2: ['int', 'id', 'memory'],
  H5Tget_tag: ['memory', 'id'],
  H5Tget_cset: ['int', 'id'],
  H5Tget_strpad: ['int', 'id'],
  H5Tis_variable_str: ['int', 'id'],
  H5Tset_size: ['int', 'id', 'size'],
  H5Tset_fields: ['int', 'id', 'size', 'size', 'size', 'size', 'size'],
  H5Tset_ebias: ['int', 'id', 'size'],
  H5Tset_cset: ['int', 'id', 'int'],
  H5Tset_strpad: ['int', 'id', 'int'],
  H5Tinsert: ['int', 'id', 'text', 'size', 'id'],
  H5Tenum_create: ['id', 'id'],
  H5Tenum_insert: ['int', 'id', 'text', 'memory'],
  H5Tvlen_create: ['id', 'id'],
  H5Tarray_create2: ['id', 'id', 'uint', 'memory'],
  H5Tcommit2: ['int', 'id', 'text', 'id', 'id', 'id', 'id'],
  H5Topen2: ['id', 'id', 'text', 'id'],
  H5Pcreate: ['id', 'id'],
  H5Pclose: ['int', 'id'],
  H5Pset_fclose_degree: ['int', 'id', 'int'],
  H5Pset_libver_bounds: ['int', 'id', 'int', 'int'],
  H5Pset_fapl_core: ['int', 'id', 'size', 'uint'],
  H5Pset_chunk: ['int', 'id', 'int', 'memory'],
  H5Pget_chunk: ['int', 'id', 'int', 'memory'],
  H5Pget_layout: ['int', 'id'],
  H5Pget_external_count: ['int', 'id'],
  H5Pset_deflate: ['int', 'id', 'uint'],
  H5Pset_shuffle: ['int', 'id'],
  H5Pset_fletcher32: ['int', 'id'],
  H5Pset_fill_value: ['int', 'id', 'id', 'memory'],
  H5Pset_fill_time: ['int', 'id', 'int'],
  H5Pset_alloc_time: ['int', 'id', 'int'],
  H5Pset_obj_track_times: ['int', 'id', 'uint'],
  H5Pset_chunk_cache: ['int', 'id', 'size', 'size', 'memory'],
  H5Pget_nfilters: ['int', 'id'],
  H5Pget_filter2: ['int', 'id', 'uint', 'memory', 'memory', 'memory', 'size', 'memory', 'memory'],
  H5Pset_create_intermediate_group: ['int', 'id', 'uint'],
  H5Pset_char_encoding: ['int', 'id', 'int'],
  H5Pset_link_creation_order: ['int', 'id', 'uint'],
  H5Pget_link_creation_order: ['int', 'id', 'memory'],
  H5Pset_attr_creation_order: ['int', 'id', 'uint'],
  H5Pset_attr_phase_change: ['int', 'id', 'uint', 'uint'],
  H5Pset_copy_object: ['int', 'id', 'uint'],
  H5Rcreate: ['int', 'memory', 'id', 'text', 'int', 'id'],
  H5Rdereference2: ['id', 'id', 'id', 'int', 'memory'],
  H5Rget_region: ['id', 'id', 'int', 'memory'],
  H5Zfilter_avail: ['int', 'int'],
  H5Zregister: ['int', 'memory'],
} as const satisfies Record<string, readonly [keyof Kinds, ...(keyof Kinds)[]]>;

// Names that changed between releases, newest first, or that some releases lack.
const variants = {
  iterateLinks: {names: ['H5Literate2', 'H5Literate1', 'H5Literate'], signature: ['int', 'id', 'int', 'int', 'memory', 'memory', 'memory']},
  linkInfo: {names: ['H5Lget_info2', 'H5Lget_info1', 'H5Lget_info'], signature: ['int', 'id', 'text', 'memory', 'id']},
  setFileLocking: {names: ['H5Pset_file_locking'], signature: ['int', 'id', 'uint', 'uint']},
  prependPlugins: {names: ['H5PLprepend'], signature: ['int', 'text']},
} as const satisfies Record<string, {names: readonly string[]; signature: readonly [keyof Kinds, ...(keyof Kinds)[]]}>;

type Call<S extends readonly (keyof Kinds)[]> = S extends readonly [infer R extends keyof Kinds, ...infer A extends (keyof Kinds)[]]
  ? (...args: {[K in keyof A]: Kinds[A[K]]}) => Kinds[R]
  : never;

/** The functions of the library, by their C names. */
export type Calls = {
  readonly [N in keyof typeof signatures]: Call<(typeof signatures)[N] extends readonly [...infer T extends (keyof Kinds)[]] ? T : never>;
} & {
  readonly [N in keyof typeof variants]:
    | Call<(typeof variants)[N]['signature'] extends readonly [...infer T extends (keyof Kinds)[]] ? T : never>
    | undefined;
};

type Library = ReturnType<typeof koffi.load>;

function bindOne(library: Library, name: string, signature: readonly (keyof Kinds)[]): unknown {
  const [result, ...parameters] = signature.map((kind) => kindToC[kind]);
  return library.func(name, result ?? 'void', parameters);
}

function bindVariant(library: Library, names: readonly string[], signature: readonly (keyof Kinds)[]): unknown {
  for (const name of names) {
    try {
      return bindOne(library, name, signature);
    } catch {
      // This release has another of the names.
    }
  }
  return undefined;
}

/** Binds every function we use; throws when one is missing. */
export function bindCalls(library: Library): Calls {
  const fixed = Object.entries(signatures).map(([name, signature]) => [name, bindOne(library, name, signature)]);
  const varying = Object.entries(variants).map(([name, {names, signature}]) => [name, bindVariant(library, names, signature)]);
  return Object.fromEntries([...fixed, ...varying]) as Calls;
}

/** Reads a global identifier such as `H5T_NATIVE_FLOAT_g`; valid after `H5open`. */
export const globalId = (library: Library, name: string): Id => koffi.decode(library.symbol(name, 'int64'), 'int64') as Id;
