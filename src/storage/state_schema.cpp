#include "storage/state_schema.hpp"

#include <utility>

#include "storage/stored_position.hpp"
#include "storage/table_sql.hpp"

namespace bookstore::storage {

Schema state_schema(std::span<const base::Table> tables, int version,
                    std::function<std::string(int from)> migrate) {
    std::string sql;
    for (const base::Table& table : tables)
        sql += create_table_sql(table);
    sql += create_position_sql();
    return {version, std::move(sql), std::move(migrate)};
}

} // namespace bookstore::storage
