"""How the starter model is made: the recipe of the paper in miniature, on pictures that it draws itself. Not shipped.

`scene`, `captions` and `posters` draw; `dataset` renders ahead; `train_vae`, `latents`, `train_decoder`, `train_unet`
train, in this order, from nothing or, after `begin`, from what ships; `export` writes that; `judge` and `measure` say
how good it is. Nothing else imports this.
"""
