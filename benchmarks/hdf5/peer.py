"""h5py, asked over standard input to do one thing at a time and to measure itself; answers in milliseconds."""

import json
import os
import sys
import time

import h5py
import hdf5plugin
import numpy as np

FRAME = (1, 1000, 1000)


def make(folder):
    """Writes the file that both read: 52 MB of Poisson counts as a detector gives them, one frame a chunk, and small values."""
    counts = np.random.default_rng(1).poisson(3.0, (13, 1000, 1000)).astype('f4')
    with h5py.File(f'{folder}/data.h5', 'w') as file:
        file['contiguous'] = counts
        for name, options in {
            'chunked': {},
            'gzip': {'compression': 'gzip'},
            'gzip and shuffle': {'compression': 'gzip', 'shuffle': True},
            'blosc': hdf5plugin.Blosc(),
            'bitshuffle': hdf5plugin.Bitshuffle(),
        }.items():
            file.create_dataset(name, data=counts, chunks=FRAME, **options)
        for i in range(200):
            dataset = file.create_dataset(f'small/d{i}', data=np.arange(10.0) + i)
            dataset.attrs['units'] = 'mJ'
            file['small'].attrs[f'a{i}'] = float(i)


def operations(folder):
    """What can be asked for, by name; each takes the name of a dataset or the options of one."""
    file = h5py.File(f'{folder}/data.h5', 'r')
    counts = file['contiguous'][()]
    small = file['small']

    def write(options):
        with h5py.File(f'{folder}/peer.h5', 'w') as new:
            new.create_dataset('x', data=counts, **({'chunks': FRAME} if options else {}), **options)

    return {
        'read': lambda name: file[name][()],
        'read small': lambda _: [file[f'small/d{i}'][()] for i in range(200)],
        'read attributes': lambda _: [small.attrs[f'a{i}'] for i in range(200)],
        'read text attributes': lambda _: [file[f'small/d{i}'].attrs['units'] for i in range(200)],
        'write': write,
    }


def main(folder):
    make(folder)
    known = operations(folder)
    print(json.dumps(h5py.__version__), flush=True)
    for line in sys.stdin:
        name, argument = json.loads(line)
        operation = known[name]
        begin = time.perf_counter()
        operation(argument)
        elapsed = time.perf_counter() - begin
        if name == 'write':
            os.remove(f'{folder}/peer.h5')
        print(json.dumps(elapsed * 1e3), flush=True)


main(sys.argv[1])
