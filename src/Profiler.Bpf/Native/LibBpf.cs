using System.Runtime.InteropServices;

namespace Profiler.Bpf.Native;

/// <summary>
/// Bindings of libbpf 1.x with its own function names; see <see href="https://libbpf.readthedocs.io/en/latest/api.html"/>. On
/// failure a pointer result is null, an int result is negative, and errno is set.
/// </summary>
internal static unsafe partial class LibBpf
{
    /// <summary>The soname of all libbpf 1.x versions.</summary>
    public const string Library = "libbpf.so.1";

    [LibraryImport(Library)]
    public static partial uint libbpf_major_version();

    [LibraryImport(Library)]
    public static partial nint libbpf_version_string();

    [LibraryImport(Library)]
    public static partial nint libbpf_set_print(delegate* unmanaged<int, nint, nint, int> print);

    [LibraryImport(Library)]
    public static partial int libbpf_num_possible_cpus();

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint bpf_object__open_mem(void* buffer, nuint size, BpfObjectOpenOptions* options);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int bpf_object__load(BpfObjectHandle obj);

    [LibraryImport(Library)]
    public static partial void bpf_object__close(nint obj);

    [LibraryImport(Library)]
    public static partial nint bpf_object__next_program(BpfObjectHandle obj, nint previous);

    [LibraryImport(Library)]
    public static partial nint bpf_object__next_map(BpfObjectHandle obj, nint previous);

    [LibraryImport(Library)]
    public static partial nint bpf_program__name(nint program);

    [LibraryImport(Library)]
    public static partial int bpf_program__fd(nint program);

    [LibraryImport(Library)]
    public static partial int bpf_program__set_autoload(nint program, [MarshalAs(UnmanagedType.U1)] bool autoload);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int bpf_program__set_attach_target(nint program, int attachProgramFd, string function);

    /// <summary>Where the program's section says.</summary>
    [LibraryImport(Library, SetLastError = true)]
    public static partial nint bpf_program__attach(nint program);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint bpf_program__attach_kprobe(
        nint program, [MarshalAs(UnmanagedType.U1)] bool retprobe, string function);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint bpf_program__attach_trace(nint program);

    [LibraryImport(Library, SetLastError = true)]
    public static partial nint bpf_program__attach_perf_event(nint program, int perfEventFd);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint bpf_program__attach_raw_tracepoint(nint program, string tracepoint);

    [LibraryImport(Library)]
    public static partial int bpf_link__destroy(nint link);

    [LibraryImport(Library)]
    public static partial int bpf_link__fd(BpfLinkHandle link);

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int bpf_map_create(int type, string name, uint keySize, uint valueSize, uint maxEntries, nint options);

    [LibraryImport(Library)]
    public static partial nint bpf_map__name(nint map);

    [LibraryImport(Library)]
    public static partial int bpf_map__fd(nint map);

    [LibraryImport(Library)]
    public static partial int bpf_map__reuse_fd(nint map, int fd);

    [LibraryImport(Library)]
    public static partial int bpf_map__set_max_entries(nint map, uint maxEntries);

    /// <summary>Initial content of a global data map, before the object is loaded.</summary>
    [LibraryImport(Library)]
    public static partial int bpf_map__set_initial_value(nint map, void* data, nuint size);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int bpf_map_lookup_elem(int fd, void* key, void* value);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int bpf_map_update_elem(int fd, void* key, void* value, ulong flags);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int bpf_map_delete_elem(int fd, void* key);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int bpf_map_get_next_key(int fd, void* key, void* next);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int bpf_prog_test_run_opts(int programFd, BpfTestRunOptions* options);

    [LibraryImport(Library, SetLastError = true)]
    public static partial int bpf_obj_get_info_by_fd(int fd, void* info, uint* length);

    /// <param name="type">
    /// enum bpf_stats_type in include/uapi/linux/bpf.h (d46edd671a14 "bpf: Sharing bpf runtime stats with BPF_ENABLE_STATS",
    /// 5.8).
    /// </param>
    [LibraryImport(Library, SetLastError = true)]
    public static partial int bpf_enable_stats(uint type);
}
