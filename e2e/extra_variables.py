

# --- What the browser tests need beside the example ---------------------------------------------------


@Variable(title="Test/Always fails")
def always_fails(run):
    """Fails in the same place for every run."""
    return [1, 2, 3][trains_in(run)]


def trains_in(run):
    return 1000 + len(run.train_ids)


@Variable(title="Test/Always skipped")
def always_skipped(run):
    """Says for every run why there is no value."""
    raise Skip("the sample was not in the beam")


@Variable(title="Test/Cube", units="ADU")
def cube(run):
    """Three dimensions: the inspector shows one picture at a time."""
    return run[DETECTOR, "data.adc"].ndarray()[:4].astype("f4")
