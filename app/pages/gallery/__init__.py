"""The gallery: all pictures, found and arranged, taken out to other programs and brought in from them.

`page` puts it together; the main window makes it and calls nothing else. From what is asked to what is shown:
`search_words` reads the search line, `results` asks the engine, `outline` holds what it found, `thumbnails` fetches
what is seen. `deeds` are what an artist does to pictures, each with its way back; `bringing_in` is
what comes from other programs.
"""
