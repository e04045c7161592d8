// A slow disk for one process: loaded before everything else (LD_PRELOAD), it makes every fsync and fdatasync
// take as many milliseconds longer as the first line of the file says that SLOW_SYNC names. Asked anew each
// time; without the file nothing takes longer.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <dlfcn.h>
#include <unistd.h>

namespace {

using Sync = int (*)(int);

int slowly(const char* name, int fd) {
    if (const char* file = std::getenv("SLOW_SYNC")) {
        int ms = 0;
        std::ifstream(file) >> ms;
        std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    }
    return reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, name))(fd);
}

} // namespace

extern "C" int fsync(int fd) {
    return slowly("fsync", fd);
}

extern "C" int fdatasync(int fd) {
    return slowly("fdatasync", fd);
}
