#include "roles/backup_source.hpp"

#include <atomic>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <utility>
#include <vector>

#include <bookstore/base/log.hpp>
#include <bookstore/net/promise.hpp>
#include <bookstore/storage/disk_space.hpp>
#include <bookstore/storage/state_copy.hpp>

namespace bookstore::roles {
namespace {

using base::Errc;
using boost::asio::awaitable;

/// The state's store trails what is applied a little: looked at so often until it has what is asked for.
constexpr base::Duration look_again = base::milliseconds(50);
constexpr std::string_view file_beginning = "backup-";

std::string read_piece(const std::filesystem::path& file, std::uint64_t offset) {
    std::ifstream in(file, std::ios::binary);
    in.seekg(static_cast<std::streamoff>(offset));
    std::string piece(BackupSource::piece_bytes, '\0');
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    piece.resize(static_cast<std::size_t>(in.gcount()));
    return piece;
}

std::string text_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& thrown) {
        return thrown.what();
    }
}

/// Of a process that was killed meanwhile.
void remove_leftovers(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> leftovers;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().filename().string().starts_with(file_beginning)) leftovers.push_back(entry.path());
    for (const auto& leftover : leftovers)
        std::filesystem::remove(leftover);
}

/// A copy takes no more than the state does. What is left must stay above what the log lives on.
void require_room(const std::filesystem::path& folder, std::uint64_t reserve) {
    const auto needed = std::filesystem::file_size(folder / "state.db") + reserve;
    if (storage::disk_space_at(folder).free_bytes < needed)
        throw std::runtime_error(folder.string() + ": no room for a snapshot beside the state");
}

} // namespace

struct BackupSource::Current {
    std::string name;
    std::filesystem::path file; ///< of its own: one that was given up may be written for a while yet
    std::uint64_t least = 0;    ///< version
    std::uint64_t generation = 0;
    std::optional<storage::SnapshotSummary> summary; ///< when it is complete
    bool failed = false;
    base::TimePoint asked{};           ///< the last time that somebody did
    std::atomic<bool> given_up{false}; ///< told to the worker

    /// With the last who uses it, on the loop or on the worker.
    ~Current() {
        std::error_code ignored;
        std::filesystem::remove(file, ignored);
    }
};

BackupSource::BackupSource(const World& world, replication::Engine& engine, std::filesystem::path folder,
                           std::span<const base::Table> tables, MakeWorker make_worker)
    : world_(world),
      engine_(engine),
      folder_(std::move(folder)),
      tables_(tables),
      make_worker_(std::move(make_worker)),
      self_(std::make_shared<BackupSource*>(this)) {}

BackupSource::BackupSource(const World& world, replication::Engine& engine, std::filesystem::path folder,
                           std::span<const base::Table> tables)
    : BackupSource(world, engine, std::move(folder), tables,
                   [&scheduler = world.scheduler] { return base::make_thread_worker(scheduler, "backup"); }) {
}

/// The worker ends with the job that it has begun.
BackupSource::~BackupSource() {
    if (current_) give_up();
}

awaitable<base::result<std::string>> BackupSource::begin(base::TimePoint deadline) {
    if (current_ && world_.scheduler.now() < current_->asked + in_use_for) co_return Errc::overloaded;
    if (current_) give_up();
    const auto current = std::make_shared<Current>();
    current->asked = world_.scheduler.now();
    current->name = world_.random.uuid();
    current_ = current;
    const auto reached = co_await engine_.read_barrier(deadline);
    if (reached.has_error()) {
        if (current_ == current) give_up();
        co_return reached.error();
    }
    if (current_ != current) co_return Errc::overloaded; // it has been waiting for too long
    current->asked = world_.scheduler.now();
    current->file = folder_ / (std::string(file_beginning) + current->name);
    current->least = *reached;
    current->generation = engine_.status().generation;
    start_worker();
    keep(current);
    make(current);
    co_return current->name;
}

void BackupSource::start_worker() {
    if (worker_) return;
    worker_ = make_worker_();
    worker_->submit([folder = folder_] { remove_leftovers(folder); }, [](std::exception_ptr) {});
}

void BackupSource::make(std::shared_ptr<Current> current) {
    engine_.store_applied();
    const auto made = std::make_shared<std::optional<storage::SnapshotSummary>>();
    const auto done = [weak = std::weak_ptr(self_), current, made](std::exception_ptr failure) {
        const auto self = weak.lock();
        if (!self || (*self)->current_ != current) return;
        if (failure) {
            current->failed = true;
            base::log::warning("a snapshot for a backup cannot be made", {{"cause", text_of(failure)}});
        } else if (!*made) {
            return (*self)->make_later(current);
        }
        current->summary = *made;
        (*self)->keep(current);
    };
    worker_->submit(
        [current, made, folder = folder_, tables = tables_, reserve = world_.config.storage.reserve_bytes] {
            const auto wanted = [&current] { return !current->given_up; };
            if (!wanted()) return;
            require_room(folder, reserve);
            *made =
                storage::copy_sqlite_state(folder.string(), tables, current->least, current->file, wanted);
        },
        done);
}

/// For as long as somebody asks for it.
void BackupSource::make_later(const std::shared_ptr<Current>& current) {
    again_ = world_.scheduler.after(look_again, [this, current] {
        if (current_ == current) make(current);
    });
}

/// From now on for as long again.
void BackupSource::keep(const std::shared_ptr<Current>& current) {
    timer_ = world_.scheduler.after(kept_for, [this, current] {
        if (current_ == current) give_up();
    });
}

void BackupSource::give_up() {
    current_->given_up = true;
    timer_.reset();
    again_.reset();
    current_.reset();
}

std::shared_ptr<BackupSource::Current> BackupSource::find(const std::string& name) {
    return current_ && current_->name == name ? current_ : nullptr;
}

base::result<BackupSource::Made> BackupSource::look(const std::string& name) {
    const auto current = find(name);
    if (!current) return Errc::not_found;
    current->asked = world_.scheduler.now();
    keep(current);
    if (current->failed) return Errc::storage_failed;
    if (!current->summary) return Made{false, current->generation, {}};
    return Made{true, current->generation, *current->summary};
}

awaitable<base::result<std::string>> BackupSource::read(std::string name, std::uint64_t offset) {
    const auto current = find(name);
    if (!current) co_return Errc::not_found;
    if (!current->summary) co_return Errc::not_ready;
    current->asked = world_.scheduler.now();
    keep(current);
    net::Promise<base::result<std::string>> promise;
    const auto piece = std::make_shared<std::string>();
    worker_->submit([current, piece, offset] { *piece = read_piece(current->file, offset); },
                    [promise, piece](std::exception_ptr failure) {
                        if (failure)
                            promise.set(Errc::storage_failed);
                        else
                            promise.set(std::move(*piece));
                    });
    co_return co_await std::move(promise).wait();
}

void BackupSource::drop(const std::string& name) {
    if (find(name)) give_up();
}

} // namespace bookstore::roles
