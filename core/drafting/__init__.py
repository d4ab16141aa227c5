"""From what an artist writes to what is asked for: styles, presets, wildcards, LoRA tags. No model is known here.

`sketch` composes requests; `style` and `preset` are its words, `choices` draws `{a|b}` and `__name__`, `lora_tags`
reads `<lora:name:0.8>`. `wildcard_folder` and `shelf` keep them in the home, `bundle` is the file they are passed on
in, and `desk` is all of it in one place, for the engine.
"""
