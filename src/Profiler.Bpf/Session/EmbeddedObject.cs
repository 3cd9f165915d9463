using System.Reflection;
using System.Runtime.InteropServices;
using Profiler.Bpf.Native;
using Profiler.Bpf.Objects;

namespace Profiler.Bpf.Session;

/// <summary>One compiled object of this assembly: opened, its programs selected, then loaded.</summary>
internal sealed unsafe class EmbeddedObject : IDisposable
{
    private readonly BpfObject _object;

    private EmbeddedObject(BpfObject opened)
    {
        _object = opened;
        foreach (string program in opened.Programs)
            LibBpf.bpf_program__set_autoload(opened.Program(program), false);
    }

    /// <summary>The compiled object, <c>NAME.bpf.o</c>, where it is in this program's image; nothing is copied.</summary>
    public static ReadOnlySpan<byte> Compiled(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{name}.bpf.o")
            ?? throw new BpfException($"this build of vfioscope lacks the BPF object {name}");
        return new ReadOnlySpan<byte>(((UnmanagedMemoryStream)stream).PositionPointer, (int)stream.Length);
    }

    /// <summary>Opens <c>NAME.bpf.o</c>; no program is selected yet.</summary>
    /// <param name="name">Of the object, without the extension.</param>
    /// <param name="types">Path of a <see cref="Kernel.TypeExtract"/>, to be there until it is loaded; null if its programs read no type.</param>
    public static EmbeddedObject Open(string name, string? types) => new(BpfObject.Open(Compiled(name), name, types));

    /// <summary>A program by name.</summary>
    public nint this[string program] => _object.Program(program);

    /// <summary>Selects a program for loading; for fentry and fexit, with its target function.</summary>
    /// <returns>0 or a negative errno.</returns>
    public int Want(string program, string? attachTarget)
    {
        nint handle = this[program];
        LibBpf.bpf_program__set_autoload(handle, true);
        return attachTarget is null ? 0 : LibBpf.bpf_program__set_attach_target(handle, 0, attachTarget);
    }

    /// <summary>Reuses the maps of an earlier object, and writes the settings into the maps that this object creates.</summary>
    public void ShareMaps(SharedMaps shared)
    {
        foreach ((string name, nint map) in _object.Maps())
        {
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
    public int Load() => _object.TryLoad();

    /// <summary>The maps of a loaded object.</summary>
    public IEnumerable<(string Name, int Fd)> Maps() => _object.Maps().Select(m => (m.Name, LibBpf.bpf_map__fd(m.Map)));

    public void Dispose() => _object.Dispose();
}
