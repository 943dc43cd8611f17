// TensorFlow's libraries have half a gigabyte of code and tables. Loading them and registering their operations touches 250 MB of it, of
// which a training uses 70 again. The rest would count as memory of this process for as long as it lives.
#include "libraryPages.h"

#if defined(__linux__)
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

namespace {

int releaseLibrary(dl_phdr_info* library, size_t, void*) {
  if (std::strstr(library->dlpi_name, "libtensorflow") == nullptr) return 0;
  const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < library->dlpi_phnum; i++) {
    const auto& segment = library->dlpi_phdr[i];
    // What may have been written to, be it by the loader alone, would be lost: only what is never writable is in the file as it is here.
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const uintptr_t start = library->dlpi_addr + segment.p_vaddr;
    const uintptr_t from = (start + page - 1) / page * page;
    const uintptr_t to = (start + segment.p_filesz) / page * page;
    // It only saves memory, so a failure is no loss.
    if (from < to) madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
  }
  return 0;
}

}  // namespace

void releaseLibraryPages() { dl_iterate_phdr(releaseLibrary, nullptr); }
#else
void releaseLibraryPages() {}
#endif

namespace {

// Once the libraries are loaded, which they are before the addon that needs them.
[[maybe_unused]] const bool released = (releaseLibraryPages(), true);

}  // namespace
