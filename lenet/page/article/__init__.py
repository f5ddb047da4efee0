"""The words of the page, and the code that reads and checks them.

`sections/` holds the article, a file each, `about.md` and `layers.md` what stands below the page, and `tour.md` the
guided tour. All of them are Markdown with placeholders, which are filled in from the networks and their metrics: see
`markdown` and `numbers`. `sections` describes what a section of the article consists of.
"""
