"""The library: folders of video files, scanned, named, probed and matched to titles."""
