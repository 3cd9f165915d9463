using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Profiler.Bpf.Native;

namespace Profiler.Bpf.Session;

/// <summary>One compiled object of this assembly: opened, its programs selected, then loaded.</summary>
internal sealed unsafe class BpfObject : IDisposable
{
    private readonly BpfObjectHandle _handle;
    private readonly Dictionary<string, nint> _programs = [];

    private BpfObject(BpfObjectHandle handle)
    {
        _handle = handle;
        for (nint p = 0; (p = LibBpf.bpf_object__next_program(_handle, p)) != 0;)
        {
            _programs[Marshal.PtrToStringUTF8(LibBpf.bpf_program__name(p))!] = p;
            LibBpf.bpf_program__set_autoload(p, false);
        }
    }

    /// <summary>The compiled object, <c>NAME.bpf.o</c>, where it is in this program's image; nothing is copied.</summary>
    public static ReadOnlySpan<byte> Compiled(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{name}.bpf.o")
            ?? throw new BpfException($"this build of vfioscope lacks the BPF object {name}");
        return new ReadOnlySpan<byte>(((UnmanagedMemoryStream)stream).PositionPointer, (int)stream.Length);
    }

    /// <summary>Opens <c>NAME.bpf.o</c>; no program is selected yet.</summary>
    /// <param name="types">Path of a <see cref="Kernel.TypeExtract"/>, to be there until it is loaded; null if its programs read no type.</param>
    public static BpfObject Open(string name, string? types)
    {
        ReadOnlySpan<byte> bytes = Compiled(name);
        fixed (byte* start = bytes, path = types is null ? null : Encoding.UTF8.GetBytes(types + "\0"))
        {
            var options = new BpfObjectOpenOptions { sz = (nuint)sizeof(BpfObjectOpenOptions), btf_custom_path = path };
            var handle = new BpfObjectHandle(LibBpf.bpf_object__open_mem(start, (nuint)bytes.Length, &options));
            return handle.IsInvalid
                ? throw new BpfException($"libbpf cannot open the BPF object {name}", LibBpfLog.Take())
                : new BpfObject(handle);
        }
    }

    /// <summary>A program by name.</summary>
    public nint this[string program] => _programs[program];

    /// <summary>Selects a program for loading; for fentry and fexit, with its target function.</summary>
    /// <returns>0 or a negative errno.</returns>
    public int Want(string program, string? attachTarget)
    {
        nint handle = _programs[program];
        LibBpf.bpf_program__set_autoload(handle, true);
        return attachTarget is null ? 0 : LibBpf.bpf_program__set_attach_target(handle, 0, attachTarget);
    }

    /// <summary>Reuses the maps of an earlier object, and writes the settings into the maps that this object creates.</summary>
    public void ShareMaps(SharedMaps shared)
    {
        for (nint map = 0; (map = LibBpf.bpf_object__next_map(_handle, map)) != 0;)
        {
            string name = Marshal.PtrToStringUTF8(LibBpf.bpf_map__name(map))!;
            if (name == SharedMaps.SettingsSection)
                Set(map, shared.SettingsOfObjects);
            else if (shared.Find(name) is { } fd)
                _ = LibBpf.bpf_map__reuse_fd(map, fd);
            else if (name == SharedMaps.Events)
                _ = LibBpf.bpf_map__set_max_entries(map, shared.RingBufferBytes);
        }
    }

    private static void Set(nint map, Settings settings)
    {
        int error = LibBpf.bpf_map__set_initial_value(map, &settings, (nuint)sizeof(Settings));
        if (error != 0)
            throw new BpfException($"libbpf does not take the settings: {Marshal.GetPInvokeErrorMessage(-error)}");
    }

    /// <summary>Loads the selected programs.</summary>
    /// <returns>0 or a negative errno.</returns>
    public int Load() => LibBpf.bpf_object__load(_handle);

    /// <summary>The maps of a loaded object.</summary>
    public IEnumerable<(string Name, int Fd)> Maps()
    {
        for (nint map = 0; (map = LibBpf.bpf_object__next_map(_handle, map)) != 0;)
            yield return (Marshal.PtrToStringUTF8(LibBpf.bpf_map__name(map))!, LibBpf.bpf_map__fd(map));
    }

    public void Dispose() => _handle.Dispose();
}
