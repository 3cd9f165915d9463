using System.Runtime.InteropServices;
using System.Text;
using Profiler.Bpf.Kernel;
using Profiler.Bpf.Native;
using Profiler.Linux;

namespace Profiler.Bpf.Objects;

/// <summary>
/// A compiled BPF object of your own: opened, loaded, its programs attached, its ring buffers read. Needs libbpf 1.x on the host, and the
/// capabilities that loading needs: root, or CAP_BPF and CAP_PERFMON (before Linux 5.8 CAP_SYS_ADMIN). One thread uses it at a time.
/// </summary>
/// <remarks>
/// libbpf's output no longer goes to stderr once an object was opened; what it said of a failure is in
/// <see cref="BpfException.Details"/>.
/// </remarks>
public sealed unsafe class BpfObject : IDisposable
{
    private readonly BpfObjectHandle _handle;
    private readonly string _name;
    private readonly Dictionary<string, nint> _programs = [];

    private BpfObject(BpfObjectHandle handle, string name)
    {
        (_handle, _name) = (handle, name);
        for (nint p = 0; (p = LibBpf.bpf_object__next_program(_handle, p)) != 0;)
            _programs[Marshal.PtrToStringUTF8(LibBpf.bpf_program__name(p))!] = p;
    }

    /// <summary>Opens an object; nothing is in the kernel yet.</summary>
    /// <param name="elf">The file that clang writes with <c>-target bpf -g</c>; not used once this returns.</param>
    /// <param name="name">For error messages.</param>
    /// <exception cref="BpfException">It is not a BPF object, or libbpf does not understand it.</exception>
    /// <exception cref="DllNotFoundException">The host has no <c>libbpf.so.1</c>.</exception>
    public static BpfObject Open(ReadOnlySpan<byte> elf, string name) => Open(elf, name, types: null);

    /// <inheritdoc cref="Open(ReadOnlySpan{byte}, string)"/>
    /// <param name="types">Path of type information used instead of the kernel's, to be there until it is loaded; null: the kernel's.</param>
    internal static BpfObject Open(ReadOnlySpan<byte> elf, string name, string? types)
    {
        LibBpfLog.Capture();
        fixed (byte* start = elf, path = types is null ? null : Encoding.UTF8.GetBytes(types + "\0"))
        {
            var options = new BpfObjectOpenOptions { sz = (nuint)sizeof(BpfObjectOpenOptions), btf_custom_path = path };
            var handle = new BpfObjectHandle(LibBpf.bpf_object__open_mem(start, (nuint)elf.Length, &options));
            return handle.IsInvalid
                ? throw new BpfException($"libbpf cannot open the BPF object {name}", LibBpfLog.Take())
                : new BpfObject(handle, name);
        }
    }

    /// <summary>Names of the programs, in the order of the file.</summary>
    public IReadOnlyCollection<string> Programs => _programs.Keys;

    /// <summary>Creates the maps and loads the programs. Once.</summary>
    /// <exception cref="BpfException">The kernel refuses; the message has the end of the verifier's log, the details have all of it.</exception>
    public void Load()
    {
        _ = LibBpfLog.Take(); // discard messages of earlier objects
        int error = TryLoad();
        if (error == 0)
            return;
        IReadOnlyList<string> log = LibBpfLog.Take();
        throw new BpfException(
            -error == Errno.EPERM ? Refusal.Explain()
            : $"the BPF object {_name} cannot be loaded: {Marshal.GetPInvokeErrorMessage(-error)}" + (VerifierLog.Summarize(log) is { } why ? $" ({why})" : ""),
            log);
    }

    /// <summary>Attaches a program where its section says: <c>SEC("kprobe/…")</c>, <c>SEC("tp/…")</c>, <c>SEC("fentry/…")</c>, ….</summary>
    /// <param name="program">Name of its C function.</param>
    /// <returns>Detaches it when disposed, as does the end of the process.</returns>
    /// <exception cref="ArgumentException">No such program.</exception>
    /// <exception cref="BpfException">Not loaded, the section does not say where, or the kernel has no such function or tracepoint.</exception>
    public BpfLink Attach(string program) => Attached(program, LibBpf.bpf_program__attach(Program(program)));

    /// <summary>Attaches a program of kind kprobe to a function that the section does not name.</summary>
    /// <param name="program">Name of its C function.</param>
    /// <param name="function">A function of the kernel or of a loaded module.</param>
    /// <param name="atReturn">It runs when the function returns, not when it is called.</param>
    /// <returns>Detaches it when disposed, as does the end of the process.</returns>
    /// <exception cref="ArgumentException">No such program.</exception>
    /// <exception cref="BpfException">Not loaded, or the kernel has no such function.</exception>
    public BpfLink AttachKprobe(string program, string function, bool atReturn = false) =>
        Attached(program, LibBpf.bpf_program__attach_kprobe(Program(program), atReturn, function));

    /// <summary>Reads a map of type BPF_MAP_TYPE_RINGBUF.</summary>
    /// <param name="map">Name of the map. A ring buffer has one reader.</param>
    /// <returns>To be disposed before this object.</returns>
    /// <exception cref="ArgumentException">No such map.</exception>
    /// <exception cref="BpfException">Not loaded, or not a ring buffer.</exception>
    public RingReader OpenRing(string map)
    {
        foreach ((string name, nint found) in Maps())
        {
            if (name == map)
                return new RingReader(LibBpf.bpf_map__fd(found));
        }
        throw new ArgumentException($"the BPF object {_name} has no map '{map}'", nameof(map));
    }

    /// <summary>Removes programs and maps from the kernel. Attached programs and open ring buffers are to be disposed before.</summary>
    public void Dispose() => _handle.Dispose();

    /// <summary>A program by name, as <c>struct bpf_program *</c>.</summary>
    internal nint Program(string name) => _programs.TryGetValue(name, out nint program)
        ? program
        : throw new ArgumentException($"the BPF object {_name} has no program '{name}'", nameof(name));

    /// <summary>Its maps, as <c>struct bpf_map *</c>.</summary>
    internal IEnumerable<(string Name, nint Map)> Maps()
    {
        for (nint map = 0; (map = LibBpf.bpf_object__next_map(_handle, map)) != 0;)
            yield return (Marshal.PtrToStringUTF8(LibBpf.bpf_map__name(map))!, map);
    }

    /// <summary>As <see cref="Load"/>.</summary>
    /// <returns>0 or a negative errno.</returns>
    internal int TryLoad() => LibBpf.bpf_object__load(_handle);

    private static BpfLink Attached(string program, nint link)
    {
        int errno = Marshal.GetLastPInvokeError();
        return link != 0
            ? new BpfLink(link)
            : throw new BpfException($"the BPF program {program} cannot be attached: {Marshal.GetPInvokeErrorMessage(errno)}", LibBpfLog.Take());
    }
}
