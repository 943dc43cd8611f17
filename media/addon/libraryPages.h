#pragma once

/** Lets go of the pages of TensorFlow's libraries that are as in their files; those that are used again come back from there. */
void releaseLibraryPages();
