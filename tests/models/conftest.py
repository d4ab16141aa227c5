"""Before any test module imports diffusers."""

from __future__ import annotations

from core.conditioning.torchvision_guard import allow_torchvision_without_extension

allow_torchvision_without_extension()
