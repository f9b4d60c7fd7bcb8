"""The duty side: one verb function a deed."""
