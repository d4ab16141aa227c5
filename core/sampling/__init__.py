"""From noise to latents: schedules, the denoiser, guidance, noise, and the samplers as generators.

Knows numbers and a denoiser; no model, no text. The pipeline calls all of it; the planner only what needs no torch
(`schedules`, `noise_levels`, `catalogue`, `restarts`).
"""
