"""Playing: the decision how, direct files, HLS on demand, prepared renditions."""
