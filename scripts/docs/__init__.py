"""The documentation: reference pages from the code, links checked, a site of plain pages."""
