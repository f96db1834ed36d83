"""The tour: the real kiosk, without a display, is driven through the main job and leaves pictures, sound and paper."""
