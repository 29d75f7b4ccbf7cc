"""Where runs came down: local planes, ellipses, contours."""
